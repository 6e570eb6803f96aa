/** Over TLS the browser binds the name to the host; plain HTTP is only loopback's, where that prefix is not allowed. */
const SECURE_NAME = '__Host-linstock';
const PLAIN_NAME = 'linstock_session';

/** The session's secret in a request, or undefined. */
export function readSession(request: Request): string | undefined {
  const name = nameFor(request);
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [key = '', value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

/** The header that gives a browser its session, or takes it away. */
export function sessionCookie(request: Request, secret: string | undefined): string {
  const isSecure = isTls(request);
  const life = secret === undefined ? '; Max-Age=0' : '';
  return `${nameFor(request)}=${secret ?? ''}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}${life}`;
}

function nameFor(request: Request): string {
  return isTls(request) ? SECURE_NAME : PLAIN_NAME;
}

function isTls(request: Request): boolean {
  return new URL(request.url).protocol === 'https:';
}
