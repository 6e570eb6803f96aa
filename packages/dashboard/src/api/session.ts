import { closedTo } from '../auth/closed.ts';
import { sessionCookie } from '../http/cookies.ts';
import type { Call, Parts, Route } from './call.ts';
import { textIn } from './call.ts';
import { text } from './fields.ts';

/** Who one is, what is closed to them, and how one could sign in. */
async function me({ user, request }: Call, parts: Parts, routes: readonly Route[]): Promise<unknown> {
  const { authentication, options } = parts;
  return {
    user: user ?? null,
    closed: user === undefined ? [] : await closedTo({ user, parts, routes }),
    readOnly: options.isReadOnly,
    title: user === undefined ? null : options.title,
    hasPasswords: authentication.hasPasswords,
    canSignOut: authentication.canSignOut(request, user),
  };
}

async function signIn({ request, body, address }: Call, { authentication }: Parts): Promise<Response> {
  const link = textIn(body, 'link', 256);
  const done =
    link === undefined
      ? await authentication.signIn(
          textIn(body, 'name', 64) ?? '',
          textIn(body, 'password', 1024) ?? '',
          address,
        )
      : authentication.useLink(link);
  if (done.status === 'in')
    return Response.json(
      { user: done.user },
      { headers: { 'Set-Cookie': sessionCookie(request, done.secret) } },
    );
  const [status, code, message] =
    done.status === 'later'
      ? [429, 'TRY_LATER', 'too many tries: wait a minute']
      : [
          401,
          'SIGN_IN_FAILED',
          link === undefined ? 'name or password is wrong' : 'the link was used, or is too old',
        ];
  return Response.json({ error: { code, message } }, { status });
}

function signOut({ request }: Call, { authentication }: Parts): Response {
  authentication.signOut(request);
  return Response.json({ ok: true }, { headers: { 'Set-Cookie': sessionCookie(request, undefined) } });
}

/** `routes`: all there are. */
export const sessionRoutes = (routes: () => readonly Route[]): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/session',
    permission: 'public',
    summary: 'Who one is.',
    answer:
      '{ user, closed, readOnly, title, hasPasswords, canSignOut }; closed: pages and actions that `can` leaves nothing of',
    handle: (call, parts) => me(call, parts, routes()),
  },
  {
    method: 'POST',
    path: '/api/session',
    permission: 'public',
    summary: 'Signs in.',
    answer: '{ user }, and a cookie',
    body: {
      name: text('Of a user.'),
      password: text('The password of that user.'),
      link: text('The secret of a link, instead.'),
    },
    handle: signIn,
  },
  {
    method: 'DELETE',
    path: '/api/session',
    permission: 'public',
    summary: 'Signs out.',
    answer: '{ ok }',
    handle: signOut,
  },
];
