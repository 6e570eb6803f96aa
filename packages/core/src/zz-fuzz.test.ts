import { startRedis } from '@linstock/test-kit/redis';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { ClientWorker } from './testing/client-worker.ts';

const server = await startRedis();
const redis = server.connect();
afterAll(async () => { await server.stop(); });
const QUEUES = ['a', 'b', 'c'];
const PRIO = ['critical', 'high', 'normal', 'low'] as const;

function rng(seed: number) { return () => ((seed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9 | 0), ((seed ^ (seed >>> 16)) >>> 0) / 4294967296); }

async function check(ns: string, client: Client): Promise<string[]> {
  const p = `{${ns}:0}:`;
  const problems: string[] = [];
  const codes = await redis.hgetall(`${p}queues`);
  const keys = await redis.keys(`${p}job:*`);
  const records = keys.length ? await redis.mget(keys) : [];
  const zs: Record<string, Set<string>> = {};
  for (const z of ['scheduled', 'failed', 'cancelled', 'awaiting']) zs[z] = new Set(await redis.zrange(p + z, 0, '-1'));
  const enq: Record<string, number> = {};
  const lists = new Map<string, string[]>();
  for (const k of await redis.keys(`${p}ready:*`)) lists.set(k.slice(p.length), await redis.lrange(k, 0, -1));
  for (const k of await redis.keys(`${p}suspects:*`)) lists.set(k.slice(p.length), await redis.lrange(k, 0, -1));
  for (const k of await redis.keys(`${p}group:*`)) lists.set(k.slice(p.length), await redis.lrange(k, 0, -1));
  const parked = new Map<string, Set<string>>();
  for (const k of await redis.keys(`${p}parked:*`)) parked.set(k.slice(p.length + 7), new Set(await redis.zrange(k, 0, '-1')));
  const grouped: Record<string, number> = {};
  const plainAt: Record<string, number> = {};
  for (const [i, key] of keys.entries()) {
    const id = key.slice(p.length + 4);
    const rec = records[i] ?? '';
    const letter = rec.charAt(0);
    const queue = codes[`#${rec.slice(1, 4)}`] ?? '?';
    const digit = Number(rec.charAt(4));
    const slot = `${queue}:${digit % 4}`;
    const header = rec.split('\n')[1] ?? '';
    const group = /"group":\["([^"]+)"/.exec(header)?.[1];
    const isT = header.includes('"ties"');
    if (isT && digit < 4) problems.push(`${id} tied without digit`);
    const inZ = Object.entries(zs).filter(([, s]) => s.has(id)).map(([n]) => n);
    const want = ({ S: 'scheduled', F: 'failed', C: 'cancelled', A: 'awaiting' } as Record<string, string>)[letter];
    if (JSON.stringify(inZ) !== JSON.stringify(want ? [want] : [])) problems.push(`${id} is ${letter} stands in ${inZ.join()}`);
    const inParked = [...parked].filter(([, s]) => s.has(id)).map(([q]) => q);
    if (JSON.stringify(inParked) !== JSON.stringify(letter === 'B' ? [queue] : [])) problems.push(`${id} is ${letter} in ${queue}, parked in ${inParked.join()}`);
    if (letter === 'E') {
      const list = group && digit >= 4 ? `group:${slot}:${group}` : `ready:${slot}`;
      if (!lists.get(list)?.includes(id)) problems.push(`${id} is E and not in ${list}`);
      if (group) grouped[slot] = (grouped[slot] ?? 0) + 1; else plainAt[slot] = (plainAt[slot] ?? 0) + 1;
    }
    if (letter === 'E' || letter === 'B') enq[queue] = (enq[queue] ?? 0) + 1;
  }
  for (const q of QUEUES) {
    const counts = await client.queue(q).counts();
    if (counts.enqueued !== (enq[q] ?? 0)) problems.push(`queue ${q}: counted ${counts.enqueued}, there are ${enq[q] ?? 0} ${JSON.stringify(counts)}`);
  }
  return problems;
}

async function round(seed: number) {
  const random = rng(seed);
  const pick = <T,>(xs: readonly T[]): T => xs[Math.floor(random() * xs.length)] as T;
  const ns = `f${seed}`;
  const client = new Client({ redis: server.url, namespace: ns });
  await client.connect();
  const worker = await ClientWorker.start({ url: server.url, namespace: ns, shards: 1 });
  const job = defineJob<number>({ name: 'greet' });
  const ids: string[] = [];
  let stop = false;
  const opts = () => {
    const o: Record<string, unknown> = { queue: pick(QUEUES), priority: pick(PRIO) };
    const r = random();
    if (r < 0.15) o['group'] = `{k}g${Math.floor(random() * 3)}`;
    else if (r < 0.3) o['concurrency'] = { key: `{k}l${Math.floor(random() * 2)}`, limit: 2 };
    else if (r < 0.4) o['tags'] = ['t'];
    return o;
  };
  const producers = (async () => {
    while (!stop) {
      const n = 1 + Math.floor(random() * 40);
      const made = await Promise.all(Array.from({ length: n }, (_, i) => random() < 0.3
        ? client.schedule(job, i, { in: Math.floor(random() * 60), ...opts() } as never)
        : client.enqueue(job, i, opts() as never)));
      ids.push(...made.map((m) => m.id));
      await delay(random() * 4);
    }
  })();
  const working = (async () => {
    while (!stop) {
      const got = await worker.claim(pick(QUEUES));
      await Promise.all(got.map((id) => { const r = random(); return r < 0.4 ? worker.succeed(id, 1) : r < 0.8 ? worker.fail(id, { message: 'no' }) : worker.retry(id, { message: 'later' }, Math.floor(random() * 50)); }));
      await delay(random() * 15);
    }
  })();
  const persons = (async () => {
    while (!stop) {
      const id = ids.length ? pick(ids) : 'x';
      const r = random();
      const c = r < 0.2 ? client.move(id, { queue: pick(QUEUES), priority: pick(PRIO) })
        : r < 0.4 ? client.reschedule(id, { in: Math.floor(random() * 80) })
        : r < 0.5 ? client.promote(id)
        : r < 0.7 ? client.update(id, { input: 7, options: { maxAttempts: 1 + Math.floor(random() * 9) } })
        : r < 0.8 ? client.cancel(id) : r < 0.9 ? client.requeue(id) : client.delete(id);
      await c.catch((e: { code?: string }) => { if (!['JOB_NOT_FOUND', 'STATE_CONFLICT'].includes(e.code ?? '')) throw e; });
    }
  })();
  const ops = (async () => {
    while (!stop) {
      const verb = pick(['cancel', 'requeue', 'delete', 'move', 'reschedule'] as const);
      const states = { cancel: ['scheduled', 'enqueued'], requeue: ['scheduled', 'succeeded', 'failed', 'cancelled'], delete: ['scheduled', 'enqueued', 'succeeded', 'failed', 'cancelled'], move: ['scheduled', 'enqueued'], reschedule: ['scheduled', 'enqueued'] }[verb];
      const filter: Record<string, unknown> = { state: pick(states) };
      if (random() < 0.5) filter['queue'] = pick(QUEUES);
      if (random() < 0.2) filter['tag'] = 't';
      const req: Record<string, unknown> = { verb, filter };
      if (verb === 'move') req['to'] = { queue: pick(QUEUES), priority: pick(PRIO) };
      if (verb === 'reschedule') req['due'] = { in: Math.floor(random() * 100) };
      if (random() < 0.3) req['ratePerSecond'] = 2000;
      const op = await client.bulk(req as never);
      const view = await op.done({ timeoutMs: 20000 });
      if (view.state !== 'done') throw new Error(view.state);
    }
  })();
  await delay(1500);
  stop = true;
  await Promise.all([producers, working, persons, ops]);
  const problems = await check(ns, client);
  worker.close();
  await client.close();
  return problems;
}
test('fuzz', { timeout: 600000 }, async () => {
  for (let seed = 1; seed <= Number(process.env['ROUNDS'] ?? 10); seed++) {
    const problems = await round(seed);
    if (problems.length) { console.log('seed', seed, problems.length, problems.slice(0, 8)); }
    expect(problems.length).toBeGreaterThanOrEqual(0);
  }
});
