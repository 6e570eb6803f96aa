/** What two texts have in common, and where they differ, line by line. */

/** Lines that stand beside each other. Equal: in both texts; undefined: the text has none there. */
export interface DiffRow {
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** More lines of a text are not compared. */
const MOST_LINES = 150;

/** By the longest common subsequence (Wagner, Fischer 1974); what differs between two common lines stands side by side. */
export function diffLines(left: readonly string[], right: readonly string[]): readonly DiffRow[] {
  const [a, b] = [left.slice(0, MOST_LINES), right.slice(0, MOST_LINES)];
  const lengths = commonLengths(a, b);
  const rows: DiffRow[] = [];
  let [i, j] = [0, 0];
  let [gone, come]: [string[], string[]] = [[], []];
  const flush = (): void => {
    for (let n = 0; n < Math.max(gone.length, come.length); n++) rows.push({ left: gone[n], right: come[n] });
    [gone, come] = [[], []];
  };
  while (i < a.length || j < b.length) {
    const [one, other] = [a[i], b[j]];
    if (one !== undefined && one === other) {
      flush();
      rows.push({ left: one, right: other });
      i++;
      j++;
    } else if (one !== undefined && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) {
      gone.push(one);
      i++;
    } else if (other !== undefined) {
      come.push(other);
      j++;
    } else if (one !== undefined) {
      gone.push(one);
      i++;
    }
  }
  flush();
  return rows;
}

/** How many lines the rests from i and from j have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint16Array[] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    const [row, below] = lengths.slice(i, i + 2);
    if (row === undefined || below === undefined) continue;
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? 1 + (below[j + 1] ?? 0) : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
  }
  return lengths;
}
