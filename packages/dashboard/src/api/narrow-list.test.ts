import { expect, test } from 'vitest';
import { findNarrowed } from './narrow-list.ts';

/** A list, as long as its text; one's own are those that are no dots. Tells how many rows each page has, until the last one. */
async function pagesOf(
  list: string,
  limit: number,
): Promise<{ pages: number[]; rows: string; reads: number }> {
  let [reads, place, rows] = [0, '', ''];
  const pages: number[] = [];
  const read = async (cursor: string) => {
    reads++;
    const [from, until] = [Number(cursor), Number(cursor) + 200];
    const entries = Array.from(list.slice(from, until), (letter) => ({ letter }));
    return { entries, passed: 0, next: until < list.length ? String(until) : undefined };
  };
  const choose = async (entries: readonly { letter: string }[]) =>
    entries.filter(({ letter }) => letter !== '.');
  for (;;) {
    const found = await findNarrowed({ read, choose, limit }, place);
    pages.push(found.rows.length);
    rows += found.rows.map(({ letter }) => letter).join('');
    if (found.next === undefined) return { pages, rows, reads };
    place = found.next;
  }
}

const others = (count: number): string => '.'.repeat(count);

test.each([1, 2, 7, 200])('pages of %i are the same with and without others among them', async (limit) => {
  const { pages, rows } = await pagesOf('abcdefgh', limit);
  expect(rows).toBe('abcdefgh');
  for (const count of [1, 50, 199, 200, 201, 357, 900]) {
    for (const list of [
      `${others(count)}abcdefgh`,
      `abcdefgh${others(count)}`,
      `abcd${others(count)}efgh`,
      'a.b.c.d.e.f.g.h'.replaceAll('.', others(Math.ceil(count / 8))),
    ])
      expect([count, await pagesOf(list, limit)]).toMatchObject([count, { pages, rows }]);
  }
});

test('however few rows are wanted, as many entries are looked at', async () => {
  const list = others(950);
  expect(await pagesOf(list, 1)).toEqual({ pages: [0], rows: '', reads: 5 });
  expect(await pagesOf(list, 200)).toEqual({ pages: [0], rows: '', reads: 5 });
  expect((await pagesOf(others(4500), 1)).pages).toEqual((await pagesOf(others(4500), 200)).pages);
});

test('S14 after a thousand others a page ends; what is one’s own moves no such end', async () => {
  for (const own of [0, 1, 50, 150])
    expect((await pagesOf(`${'a'.repeat(own)}${others(1100)}b`, 200)).pages).toEqual([own, 1]);
  // Where the others begin and end within a part that is read is not told either.
  for (const count of [1000, 1001, 1137, 1600, 1999])
    expect((await pagesOf(`${others(count)}${'a'.repeat(300)}`, 150)).pages).toEqual([0, 150, 150]);
});

test('what a filter or a deletion took out of a part counts for its length, but a page that has rows goes on', async () => {
  const passed = 1500;
  const read = async (cursor: string) =>
    cursor === '3'
      ? { entries: ['a', 'b'], passed, next: '4' }
      : { entries: [], passed, next: String(Number(cursor) + 1) };
  const choose = async (entries: readonly string[]) => entries;
  const first = await findNarrowed({ read, choose, limit: 5 }, '');
  expect(first).toEqual({ rows: [], next: '0 1' });
  expect(await findNarrowed({ read, choose, limit: 5 }, '0 3')).toEqual({ rows: ['a', 'b'], next: '0 5' });
});
