import { OptionError } from '@linstock/core';
import { MASK } from '@linstock/core/internal';
import { fieldIn } from './call.ts';

/**
 * The input that somebody wrote; undefined: none. Whoever was shown a mask in the place of a value, and sends it back, would
 * enqueue a job with the mask for a value. @throws {OptionError}
 */
export function inputIn(body: unknown): unknown {
  const input = fieldIn(body, 'input');
  const place = input === undefined ? undefined : maskIn(input, 'input');
  if (place === undefined) return input;
  throw new OptionError(
    'input',
    `has "${MASK}" at ${place}, which stands for a value that is not shown: write the value, or copy the job without changing its input`,
    MASK,
  );
}

/** Where a mask stands. Without recursion: what somebody sends may be as deep as it is long. */
function maskIn(input: unknown, name: string): string | undefined {
  const left: (readonly [value: unknown, place: string])[] = [[input, name]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, place] = next;
    if (value === MASK) return place;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, part] of Object.entries(value)) left.push([part, `${place}.${key}`.slice(0, 200)]);
  }
  return undefined;
}
