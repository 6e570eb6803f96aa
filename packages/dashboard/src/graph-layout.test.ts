import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { layout } from './ui/parts/graph-layout.ts';

const placesOf = (edges: Readonly<Record<string, readonly string[]>>): unknown =>
  Object.fromEntries(
    [...layout(Object.entries(edges).map(([id, parents]) => ({ id, parents })))].map(([id, place]) => [
      id,
      [place.column, place.row],
    ]),
  );

test('a node stands one column behind the last of its parents', () => {
  expect(placesOf({ a: [], b: ['a'], c: ['a', 'b'], d: [], e: ['d', 'elsewhere'] })).toEqual({
    a: [0, 0],
    d: [0, 1],
    b: [1, 0],
    'a>1': [1, 1],
    e: [1, 2],
    c: [2, 0],
  });
});

test('children stand beside their parents', () => {
  expect(placesOf({ a: [], b: [], ofB: ['b'], ofA: ['a'] })).toMatchObject({ ofA: [1, 0], ofB: [1, 1] });
});

test('no two nodes share a place, and every line goes to the right by one column: around nodes, not through them', () => {
  const graph = fc
    .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
    .map((all) => all.map((to, i) => ({ id: String(i), parents: to.filter((j) => j < i).map(String) })));
  fc.assert(
    fc.property(graph, (nodes) => {
      const places = layout(nodes);
      const all = [...places.values()];
      expect(new Set(all.map(({ column, row }) => `${column}/${row}`)).size).toBe(places.size);
      expect(all.filter(({ isLane }) => !isLane).length).toBe(nodes.length);
      for (const { column, from } of all)
        for (const before of from) expect(places.get(before)?.column).toBe(column - 1);
    }),
  );
});

test('what stands in a circle is drawn all the same', () => {
  expect(
    layout([
      { id: 'a', parents: ['b'] },
      { id: 'b', parents: ['a'] },
    ]).size,
  ).toBe(2);
});
