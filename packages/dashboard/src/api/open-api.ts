import { actionOf } from '../auth/resource.ts';
import type { Route } from './call.ts';

/** The body of every answer that is no success. */
const ERROR = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' } },
    },
  },
};

/** Of the API: another one when something that worked works no more. */
const VERSION = '1';

/** The routes as an OpenAPI 3.1 document. Pure. */
export function describeRoutes(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, permission, summary } of routes) {
    const name = path.replaceAll(/:(\w+)/g, '{$1}');
    const parameters = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
      name: parameter,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    }));
    paths[name] ??= {};
    paths[name][method.toLowerCase()] = {
      summary,
      'x-permission': permission,
      'x-action': actionOf({ method, path }),
      ...(parameters.length > 0 && { parameters }),
      ...(permission === 'public' && { security: [] }),
      responses: { 200: { description: 'OK' }, default: { $ref: '#/components/responses/Error' } },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Linstock dashboard', version: VERSION },
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-linstock' },
      },
      responses: {
        Error: {
          description: 'What is wrong, and what to do.',
          content: { 'application/json': { schema: ERROR } },
        },
      },
    },
  };
}
