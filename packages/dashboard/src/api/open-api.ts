import { actionOf } from '../auth/resource.ts';
import type { Route } from './call.ts';
import type { Field, Fields } from './fields.ts';

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

function schemaOf({ type, enum: values }: Field): object {
  return { ...(type !== undefined && { type }), ...(values !== undefined && { enum: values }) };
}

function inPath(path: string): object[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function inQuery(fields: Fields): object[] {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    in: 'query',
    description: field.description,
    ...(field.isRequired && { required: true }),
    schema: schemaOf(field),
  }));
}

function bodyOf(fields: Fields): object {
  const entries = Object.entries(fields);
  const required = entries.filter(([, field]) => field.isRequired).map(([name]) => name);
  const properties = Object.fromEntries(
    entries.map(([name, field]) => [name, { ...schemaOf(field), description: field.description }]),
  );
  const schema = {
    type: 'object',
    ...(required.length > 0 && { required }),
    properties,
    additionalProperties: false,
  };
  return { content: { 'application/json': { schema } } };
}

function describe(route: Route): object {
  const { path, permission, summary, answer, query = {}, body } = route;
  const parameters = [...inPath(path), ...inQuery(query)];
  return {
    summary,
    'x-permission': permission,
    'x-action': actionOf(route),
    ...(route.narrow !== undefined && { 'x-narrowed': true }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: bodyOf(body) }),
    ...(permission === 'public' && { security: [] }),
    responses: { 200: { description: answer }, default: { $ref: '#/components/responses/Error' } },
  };
}

/** The routes as an OpenAPI 3.1 document. Pure. */
export function describeRoutes(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const name = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[name] ??= {};
    paths[name][route.method.toLowerCase()] = describe(route);
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
