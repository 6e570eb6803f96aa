import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** A handler for Node's own server, and for what is made on top of it: Express, Connect, Fastify's and Koa's raw requests. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

type Fetch = (request: Request, env?: object) => Response | Promise<Response>;

/** What frameworks add to a request. */
interface Framed extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
  rawBody?: Buffer;
}

/** Makes a Node handler of a fetch handler. */
export function toNodeHandler(fetch: Fetch): NodeHandler {
  const listen = getRequestListener(fetch, { overrideGlobalObjects: false });
  return (request: Framed, response, next) => {
    const asked = (request.originalUrl ?? request.url ?? '/').split('?', 1)[0] ?? '/';
    // Mounted below a path that somebody asks for without its slash: the page's links are relative.
    if (request.originalUrl !== undefined && request.url === '/' && !asked.endsWith('/')) {
      response.writeHead(308, { Location: `./${asked.slice(asked.lastIndexOf('/') + 1)}/` }).end();
      return;
    }
    // A framework that has read the body already, such as Express with its JSON parser.
    if (request.body !== undefined && request.readableEnded)
      request.rawBody = Buffer.from(JSON.stringify(request.body));
    void answer(listen(request, response), next);
  };
}

/** Hands on what could not be answered: a framework shows it in its own way. */
async function answer(answered: Promise<void>, next: Parameters<NodeHandler>[2]): Promise<void> {
  try {
    await answered;
  } catch (error) {
    next?.(error);
  }
}
