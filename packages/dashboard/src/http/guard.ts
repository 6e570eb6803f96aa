import type { DashboardError } from './errors.ts';
import { refusal } from './errors.ts';

/** Methods that change nothing. Every other one must come from the dashboard's own page. */
const SAFE = new Set(['GET', 'HEAD']);
/** Of a request's body, bytes. */
export const MOST_BODY = 1024 * 1024;

/** What a request must have before anybody asks who sends it; the reason why it is refused, or undefined. Pure. */
export function findFault(
  request: Request,
  hosts: ReadonlySet<string> | undefined,
): DashboardError | undefined {
  const host = request.headers.get('host') ?? new URL(request.url).host;
  if (hosts !== undefined && !isAllowedHost(host, hosts))
    return refusal(
      421,
      'HOST_REFUSED',
      'this name is not one of the dashboard: add it to allowedHosts (linstock dashboard: --allow-host)',
    );
  if (SAFE.has(request.method)) return undefined;
  if (!isSameOrigin(request, host))
    return refusal(403, 'ORIGIN_REFUSED', 'a change must come from the page of the dashboard itself');
  const length = Number(request.headers.get('content-length') ?? 0);
  if (length > MOST_BODY) return refusal(413, 'BODY_TOO_LARGE', 'a body has at most 1 MiB');
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refusal(415, 'TYPE_REFUSED', 'a body must be application/json');
  return undefined;
}

/** By its name with or without the port; names in the list without a port allow every port. */
function isAllowedHost(host: string, hosts: ReadonlySet<string>): boolean {
  const name = host.toLowerCase();
  return hosts.has(name) || hosts.has(name.replace(/:\d+$/, ''));
}

/**
 * Whether it comes from the dashboard's own page: browsers say so by one of two headers (Fetch Metadata, Origin). A program
 * with a token sends neither, and no cookie either.
 */
function isSameOrigin({ headers }: Request, host: string): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  if (site !== null && site !== 'same-origin') return false;
  if (origin !== null && hostOf(origin) !== host.toLowerCase()) return false;
  return site !== null || origin !== null || (headers.has('authorization') && !headers.has('cookie'));
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
