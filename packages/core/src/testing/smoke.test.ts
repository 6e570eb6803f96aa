import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { Connection } from '../redis/connect.ts';
import { SCENES } from './script-scenes.ts';
import { TestShard } from './test-shard.ts';
import { readable } from './readable.ts';
import { damageKey } from './damage.ts';
import { LUA } from '../generated/lua.ts';
import { KEY } from '../redis/keys.ts';
import { A, BOB, no, tailLine } from './cast.ts';
void A;
const store = await sharedRedis();
const nameOf = new Map(Object.entries(KEY).map(([n, k]) => [k, n]));
test('x', async () => {
  const connection = new Connection(store.url, 'commands');
  await connection.ready(1000);
  const out: any = {};
  for (const [script, scene] of Object.entries(SCENES)) {
    const run = async (prepare: (s: TestShard) => Promise<unknown>) => {
      const s = new TestShard(connection, store.namespace(), 0);
      const call = await scene.given(s);
      await prepare(s);
      const r = await s.changesOf(call);
      if (r.reply instanceof Error) r.reply = 'ERROR ' + r.reply.message.slice(0, 60);
      return { s, call, ...r };
    };
    const strip = ({ reply, changes }: any) => ({ reply, changes });
    const normal = await run(async () => {});
    const o: any = (out[script] = { normal: strip(normal), wrong: {}, missing: {} });
    o.again = strip(await normal.s.changesOf(normal.call));
    const n2 = await run(async () => {});
    await n2.s.later();
    o.later = strip(await n2.s.changesOf(n2.call));
    const named = [...new Set([...LUA[script as 'claim'].matchAll(/\(P\.\.'([^']+)'\)/g)].map((m) => nameOf.get(m[1] as 'job')!))].filter((n) => n !== 'none').sort();
    const have = Object.keys(scene.keys).sort();
    const lack = named.filter((n) => !have.includes(n)), more = have.filter((n) => !named.includes(n as any));
    if (lack.length || more.length) console.log('KEYS', script, 'lack', lack, 'more', more);
    for (const key of Object.values(scene.keys).flat()) {
      o.wrong[readable(key)] = strip(await run((s) => damageKey(s, key)));
      o.missing[readable(key)] = strip(await run((s) => s.redis.del(s.prefix + key)));
    }
  }
  void BOB; void no; void tailLine;
  writeFileSync('/tmp/out.json', JSON.stringify(out, null, 1));
  connection.close();
}, 60000);
