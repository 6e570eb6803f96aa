type Settle = (value: unknown) => void;

/** Something that is no promise and has a `then`, as handlers may return it. */
export function thenable(then: (resolve: Settle, reject: Settle) => void): unknown {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is for
  return { then };
}
