import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A dialog that opens when it is there. */
export function useDialog(): RefObject<HTMLDialogElement | null> {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return box;
}
