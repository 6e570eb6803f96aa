/** Where a dashboard is mounted, by the address of one request to it. */
export interface Place {
  /** What stands before the dashboard's own paths, without a slash at its end. */
  readonly mount: string;
  /** `/`, `/assets/…`, `/api/…` or `/metrics`. */
  readonly path: string;
}

/** Where Prometheus looks unless it is told otherwise. */
const METRICS = '/metrics';

/**
 * Splits a path: all addresses of a dashboard are its page, `assets/…`, `api/…` and `metrics`; what is shown stands behind `#`. So
 * it works below any path, whether a framework strips that or not, without being told. Pure.
 */
export function placeOf(pathname: string): Place {
  const at = Math.max(pathname.lastIndexOf('/api/'), pathname.lastIndexOf('/assets/'));
  if (at >= 0) return { mount: pathname.slice(0, at), path: pathname.slice(at) };
  if (pathname.endsWith(METRICS)) return { mount: pathname.slice(0, -METRICS.length), path: METRICS };
  return { mount: pathname.replace(/\/$/, ''), path: '/' };
}
