import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from '../api.ts';

/** What was read, or why it could not be. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** Reads again now. */
  readonly reload: () => void;
}

/** Reads a path of the API, and again every so often while the page is visible, so that what is shown follows its data. */
export function useData<T>(path: string, { everyMs = 2000, isHeld = false } = {}): Loaded<T> {
  const [state, setState] = useState<Pick<Loaded<T>, 'data' | 'error'> & { path: string }>({
    path,
    data: undefined,
    error: undefined,
  });
  const [turn, setTurn] = useState(0);
  const held = useRef(isHeld);
  held.current = isHeld;
  useEffect(() => {
    let isOver = false;
    const read = async (): Promise<void> => {
      const next = await get<T>(path).then(
        (data) => ({ data, error: undefined }),
        (error: unknown) => ({ data: undefined, error: describe(error) }),
      );
      // What is not there does not come by being asked for.
      if (next.error?.code.endsWith('NOT_FOUND') === true) clearInterval(timer);
      if (!isOver)
        setState((before) => ({
          path,
          data: next.data ?? (before.path === path ? before.data : undefined),
          error: next.error,
        }));
    };
    const timer = setInterval(() => {
      if (!document.hidden && !held.current) void read();
    }, everyMs);
    void read();
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [path, everyMs, turn]);
  const isCurrent = state.path === path;
  return {
    data: isCurrent ? state.data : undefined,
    error: isCurrent ? state.error : undefined,
    reload: () => setTurn((n) => n + 1),
  };
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  return { code: 'DASHBOARD_UNREACHABLE', message: error instanceof Error ? error.message : String(error) };
}
