import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Call, Parts, Route } from './api/call.ts';
import { checkNames } from './api/fields.ts';
import { ROUTES } from './api/routes.ts';
import { scopeOf } from './auth/scope.ts';
import type { User } from './auth/user.ts';
import { isAllowed } from './auth/user.ts';
import type { Assets } from './http/assets.ts';
import type { DashboardError } from './http/errors.ts';
import { describeError, refusal } from './http/errors.ts';
import { findFault, MOST_BODY } from './http/guard.ts';
import { SECURITY_HEADERS } from './http/headers.ts';
import { placeOf } from './http/mount.ts';

/** What a Node server knows of a request beside it. */
interface Env {
  readonly Bindings: { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
}

type OnError = (error: Error, reference: string) => void;

/** The dashboard's routes as one application. */
export function createApp(parts: Parts, assets: Assets, onError: OnError): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => placeOf(new URL(request.url).pathname).path });
  app.use(async (c, next) => {
    const fault = findFault(c.req.raw, parts.options.hosts);
    if (fault === undefined) await next();
    else c.res = send(fault);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
  });
  for (const route of ROUTES) {
    app.on(route.method, route.path, async (c) =>
      answer(route, c, parts).catch((error: unknown) => send(describeError(error, onError))),
    );
  }
  app.get('/assets/:name', (c) => assets.find(c.req.raw, c.req.param('name')) ?? send(NOT_FOUND));
  app.get('/', (c) => page(c, assets));
  app.all('*', async (c) => {
    // Who is not signed in does not learn what there is.
    const user = await parts.authentication.userOf(c.req.raw);
    return send(user === undefined ? SIGN_IN_FIRST : NOT_FOUND);
  });
  return app;
}

const NOT_FOUND = refusal(404, 'NOT_FOUND', 'there is nothing at this address');
const NOT_YOURS = refusal(403, 'NOT_PERMITTED', 'you may not do this here');
const SIGN_IN_FIRST = refusal(401, 'SIGN_IN_FIRST', 'sign in first');

/** The page's own links are relative, so its address must end with a slash. */
function page(c: Context<Env>, assets: Assets): Response {
  const url = new URL(c.req.url);
  if (url.pathname.endsWith('/')) return assets.page(c.req.raw);
  const last = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  return new Response(null, { status: 308, headers: { Location: `./${last}/` } });
}

async function answer(route: Route, c: Context<Env>, parts: Parts): Promise<Response> {
  const user = await parts.authentication.userOf(c.req.raw);
  const refused = refuse(route, user, parts.options.isReadOnly);
  if (refused !== undefined) return send(refused);
  const body = route.method === 'POST' ? await readBody(c.req.raw) : undefined;
  if (body instanceof BodyFault) return send(body.error);
  const query = new URL(c.req.url).searchParams;
  checkNames(query.keys(), route.query);
  if (typeof body === 'object' && body !== null) checkNames(Object.keys(body), route.body);
  const call: Call = {
    request: c.req.raw,
    params: c.req.param(),
    query,
    body,
    user,
    address: c.env?.incoming?.socket?.remoteAddress ?? '',
  };
  const result = await handle(route, call, parts);
  if (result === NOT_YOURS) return send(NOT_YOURS);
  if (result instanceof Response) return result;
  return Response.json(result, { headers: { 'Cache-Control': 'no-store' } });
}

function refuse(route: Route, user: User | undefined, isReadOnly: boolean): DashboardError | undefined {
  if (route.permission === 'public') return undefined;
  if (user === undefined) return SIGN_IN_FIRST;
  if (!isAllowed(user.role, route.permission))
    return refusal(403, 'NOT_PERMITTED', `your role, ${user.role}, may not do this`);
  if (isReadOnly && route.permission !== 'read')
    return refusal(403, 'READ_ONLY', 'this dashboard only shows, and changes nothing');
  return undefined;
}

/** Does it as far as the application itself lets this person. */
async function handle(route: Route, call: Call, parts: Parts): Promise<unknown> {
  const scope = await scopeOf(route, call, parts);
  if (scope === 'all') return route.handle(call, parts);
  if (scope === 'nothing' || route.narrow === undefined) return NOT_YOURS;
  return route.narrow(call, parts, scope);
}

class BodyFault {
  readonly error: DashboardError;

  constructor(error: DashboardError) {
    this.error = error;
  }
}

async function readBody(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text.length > MOST_BODY)
    return new BodyFault(refusal(413, 'BODY_TOO_LARGE', 'a body has at most 1 MiB'));
  if (text === '') return undefined;
  try {
    // Names that would reach into an object's prototype are dropped.
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch {
    return new BodyFault(refusal(400, 'BODY_NOT_JSON', 'the body is not JSON'));
  }
}

function send({ status, body }: DashboardError): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store' } });
}
