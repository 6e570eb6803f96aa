import type { World } from './world.ts';

/** Worlds are remembered by a 53-bit hash: a million of them collide with a chance of 1 in 10,000. */

/** Without budget and snapshot: what a completion without faults depends on. */
export function coreKey(world: World): number {
  return hash(core(world));
}

export function fullKey(world: World): number {
  return hash(core(world) + JSON.stringify([world.budget, world.snapshot]));
}

function core({ store, ghost, workers, producers, net, rolledBackSilently, kills }: World): string {
  return JSON.stringify([store, ghost, workers, producers, net, rolledBackSilently, kills]);
}

function hash(text: string): number {
  let high = 0x9e3779b9;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
