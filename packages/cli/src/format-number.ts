/** A number for people, with its digits in groups. */
export function grouped(n: number): string {
  return n.toLocaleString('en');
}
