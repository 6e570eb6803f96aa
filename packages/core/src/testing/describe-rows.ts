import { JOB_DEFAULTS } from '../job/job.ts';
import type { ContractDescription } from '../store/contract-store.ts';
import type { Deviations } from './deviation.ts';
import type { Effect } from './effect.ts';
import { GONE } from './key-space.ts';
import type { Scene } from './scene.ts';

/** The rows of `describe` in all tables of scripts. */

const contract = (name: string, version: number, schema = ''): ContractDescription => ({
  name,
  version,
  queue: 'mail',
  priority: 'normal',
  options: JOB_DEFAULTS,
  schemaStatus: schema === '' ? 'none' : 'known',
  schema,
});

/** A line as it stands in `contracts`. */
const line = (version: number, at: string, status = 'known'): string =>
  `${version} ${at} {"queue":"mail","priority":"normal","options":${JSON.stringify(JOB_DEFAULTS)},"schemaStatus":"${status}"}`;

/** Three names are kept: of `mail.send` there is a new version, of `newer` an old one, `plain` is new, and so `oldest` leaves. */
export const DESCRIBE_SCENES = {
  describe: {
    given: async (shard) => {
      await shard.workers.describe([contract('oldest', 1, '{"old":1}')]);
      shard.clock.advance(1000);
      await shard.workers.describe([contract('mail.send', 1, '{"v":1}'), contract('newer', 3, '{"v":3}')]);
      shard.clock.advance(1000);
      const told = [
        contract('mail.send', 2, '{"v":2}'),
        contract('newer', 2, '{"v":2}'),
        contract('plain', 1),
      ];
      return () => shard.workers.describe(told, 3);
    },
    keys: { contracts: ['contracts'], schemas: ['schemas'] },
  },
} satisfies Record<string, Scene>;

export const DESCRIBE_EFFECTS = {
  describe: {
    reply: undefined,
    changes: {
      'contracts mail.send': line(2, 't+2000'),
      'contracts plain': line(1, 't+2000', 'none'),
      'contracts oldest': GONE,
      'schemas mail.send': '{"v":2}',
      'schemas oldest': GONE,
    },
  },
} satisfies Record<string, Effect>;

/** The same call, `ms` after the first. */
export const describedAgain = (ms: number): Effect => ({
  reply: undefined,
  changes: {
    'contracts mail.send': line(2, `t+${2000 + ms}`),
    'contracts plain': line(1, `t+${2000 + ms}`, 'none'),
  },
});

export const DESCRIBE_MISSING = {
  describe: {
    otherwise: {
      // Nobody knows that there was a newer version, nor which name is the oldest.
      contracts: {
        undone: 'contracts oldest; schemas oldest',
        instead: { 'contracts newer': line(2, 't+2000'), 'schemas newer': '{"v":2}' },
      },
      schemas: { undone: 'schemas oldest' },
    },
  },
} satisfies Record<string, Deviations>;

export const DESCRIBE_DAMAGED = {
  describe: { refused: ['contracts', 'schemas'] },
} satisfies Record<string, Deviations>;
