import { expect, test } from 'vitest';
import { QueueOrder } from './queue-order.ts';

test('queues without weights keep their order', () => {
  const order = new QueueOrder(['b', 'a', 'c']);
  expect([order.next(), order.next()]).toEqual([
    ['b', 'a', 'c'],
    ['b', 'a', 'c'],
  ]);
});

test('a queue of weight 3 comes first three times as often as one of weight 1', () => {
  let draw = 0;
  // Every pair of draws of a grid of 100 by 100 once, so that the test never depends on luck.
  const order = new QueueOrder([{ name: 'a', weight: 3 }, 'b'], () => {
    const n = draw++;
    return ((n % 2 === 0 ? Math.floor(n / 2) % 100 : Math.floor(n / 200)) + 0.5) / 100;
  });
  const firsts = Array.from({ length: 10_000 }, () => order.next()[0]);
  expect(firsts.filter((name) => name === 'a').length / 10_000).toBeCloseTo(0.75, 2);
});

test('every queue is in every order', () => {
  const order = new QueueOrder([{ name: 'a', weight: 1000 }, 'b', { name: 'c', weight: 2 }]);
  for (let i = 0; i < 50; i++) expect(order.next().toSorted()).toEqual(['a', 'b', 'c']);
});
