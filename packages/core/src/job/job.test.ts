import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobAbout, JobOptions, TailLine } from './job.ts';
import {
  ABOUT_DEFAULTS,
  attemptHistory,
  decodeHeader,
  decodeMark,
  decodeTail,
  encodeBody,
  encodeHeader,
  encodeRecord,
  encodeTailLine,
  JOB_DEFAULTS,
  MARK_LENGTH,
  splitRecord,
  stateOfRecord,
} from './job.ts';

const name = fc.stringMatching(/^[A-Za-z0-9][\w.:/-]{0,40}$/);
const options: fc.Arbitrary<JobOptions> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 1000 }),
  retry: fc.constantFrom<JobOptions['retry']>(
    'hangfire',
    { fixed: '5s' },
    { exponential: 100, jitter: 0.5 },
    [1, '2s'],
  ),
  timeoutMs: fc.nat(),
  onExhausted: fc.constantFrom('fail', 'cancel'),
});
const about: fc.Arbitrary<JobAbout> = fc.record({
  version: fc.integer({ min: 1, max: 1_000_000 }),
  metadata: fc.option(fc.dictionary(fc.string(), fc.constantFrom('x', 1, null, true)), { nil: undefined }),
  displayName: fc.option(fc.string(), { nil: undefined }),
});
const payload = fc.json().map((json) => JSON.stringify(JSON.parse(json)));
const identity = fc.stringMatching(/^[A-Za-z0-9_]{12}$/);
const claimNumber = fc.stringMatching(/^\d{12}$/);
const line: fc.Arbitrary<TailLine> = fc.record({
  code: fc.constantFrom<TailLine['code']>('S', 'R', 'F', 'D', 'L', 'W', 'Q', 'C'),
  worker: fc.option(identity, { nil: undefined }),
  claim: fc.option(claimNumber, { nil: undefined }),
  attempt: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
  startedAt: fc.nat(),
  endedAt: fc.nat(),
  json: payload,
});

describe('what is encoded comes back', () => {
  test('a header', () => {
    fc.assert(
      fc.property(name, options, about, (job, own, words) => {
        const header = encodeHeader(job, own, words);
        // A key that JSON gives back as another thing is no key of facts.
        fc.pre(words.metadata === undefined || !('__proto__' in JSON.parse(JSON.stringify(words.metadata))));
        expect(header).not.toContain('\n');
        expect(decodeHeader(header)).toEqual({ name: job, options: own, ...words });
      }),
    );
  });

  test('a record', () => {
    fc.assert(
      fc.property(fc.constantFrom('E', 'S'), fc.tuple(name, options), payload, (state, [job, own], json) => {
        const record = encodeRecord(state, '00a1', encodeBody(encodeHeader(job, own), json));
        const parts = splitRecord(record);
        expect(parts).toMatchObject({ header: encodeHeader(job, own), payload: json, tail: '' });
        expect(decodeMark(parts?.mark ?? '')).toEqual({
          state: state === 'E' ? 'enqueued' : 'scheduled',
          queueCode: '00a',
          priority: 1,
          isTied: false,
          isParked: false,
          crashes: 0,
          blamed: 0,
          owner: undefined,
          claim: undefined,
        });
      }),
    );
  });

  test('a tail', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 24 }), (lines) => {
        expect(decodeTail(lines.map(encodeTailLine).join(''))).toEqual(lines);
      }),
    );
  });

  test('a record with a tail', () => {
    fc.assert(
      fc.property(payload, fc.array(line, { minLength: 1, maxLength: 5 }), (json, lines) => {
        const record =
          encodeRecord('E', '0002', encodeBody('greet', json)) + lines.map(encodeTailLine).join('');
        const parts = splitRecord(record);
        expect(parts?.payload).toBe(json);
        expect(decodeTail(parts?.tail ?? '')).toEqual(lines);
      }),
    );
  });
});

test('a header says only what differs from the defaults', () => {
  expect(encodeHeader('greet', JOB_DEFAULTS)).toBe('greet');
  expect(encodeHeader('greet', { ...JOB_DEFAULTS, maxAttempts: 3 })).toBe('greet {"maxAttempts":3}');
  const words = { version: 2, metadata: { tenant: 'ada' }, displayName: 'Greet Ada' };
  expect(encodeHeader('greet', { ...JOB_DEFAULTS, onExhausted: 'cancel' }, words)).toBe(
    'greet {"onExhausted":"cancel","version":2,"metadata":{"tenant":"ada"},"displayName":"Greet Ada"}',
  );
});

test('a header without words about the job has the first version and no words', () => {
  expect(decodeHeader('greet')).toEqual({ name: 'greet', options: JOB_DEFAULTS, ...ABOUT_DEFAULTS });
  expect(decodeHeader('greet {"maxAttempts":3}')).toMatchObject(ABOUT_DEFAULTS);
});

test('options of a header are those of the job alone', () => {
  const header = 'greet {"maxAttempts":3,"version":2,"metadata":{"a":1},"displayName":"Greet"}';
  expect(decodeHeader(header)?.options).toEqual({ ...JOB_DEFAULTS, maxAttempts: 3 });
});

test('metadata of the wrong kind is as good as none', () => {
  for (const wrong of ['{"metadata":3}', '{"metadata":[1]}', '{"metadata":null,"displayName":7}'])
    expect(decodeHeader(`greet ${wrong}`)).toMatchObject(ABOUT_DEFAULTS);
});

test('metadata of one job is not that of another', () => {
  const header = 'greet {"metadata":{"a":1}}';
  const first = decodeHeader(header)?.metadata as Record<string, unknown>;
  first['a'] = 2;
  expect(decodeHeader(header)?.metadata).toEqual({ a: 1 });
});

describe('damaged input is answered, and never throws', () => {
  const record = encodeRecord('E', '0002', encodeBody('greet {"maxAttempts":3}', '{"a":1}'));

  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parts = splitRecord(text);
        decodeHeader(parts?.header ?? text);
        decodeMark(parts?.mark ?? text);
        attemptHistory(parts?.tail ?? text);
        expect(Array.isArray(decodeTail(text))).toBe(true);
      }),
    );
  });

  test('a record that was cut', () => {
    for (let length = 0; length < MARK_LENGTH; length++)
      expect(splitRecord(record.slice(0, length))).toBeUndefined();
    expect(splitRecord(record.slice(0, record.indexOf('\n', MARK_LENGTH)))).toBeUndefined();
  });

  test('a record with one character changed', () => {
    fc.assert(
      fc.property(fc.nat(record.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        const parts = splitRecord(record.slice(0, at) + other + record.slice(at + 1));
        if (parts === undefined) return;
        decodeMark(parts.mark);
        decodeHeader(parts.header);
      }),
    );
  });

  test.each([
    '',
    ' {"maxAttempts":3}',
    'greet {',
    'greet null',
    'greet 3',
    'greet []',
    'greet {"version":0}',
    'greet {"version":"2"}',
    'greet {"version":1.5}',
  ])('the header %j', (header) => {
    expect(decodeHeader(header)).toBeUndefined();
  });

  test('a header with hostile keys changes no prototype', () => {
    const decoded = decodeHeader('greet {"__proto__":{"polluted":true},"constructor":1}');
    expect(decoded?.options.maxAttempts).toBe(10);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each(['X0002', 'E0008', 'E 002', 'E000a'])('a mark that begins with %j', (start) => {
    expect(decodeMark(`${start}00${'-'.repeat(24)}\n`)).toBeUndefined();
  });

  test('lines of a tail that cannot be read are left out', () => {
    const good = encodeTailLine({
      code: 'R',
      worker: 'w',
      claim: '1',
      attempt: 1,
      startedAt: 1,
      endedAt: 2,
      json: '{}',
    });
    expect(decodeTail(`\nX what${good}\n\nS 1`)).toHaveLength(1);
  });
});

describe('the state of a record', () => {
  const mark = decodeMark(`P000200WorkerWorker000000000007\n`);
  const done = (claim: string): string => `\nS WorkerWorker ${claim} 1 1 2 {}`;

  test('is succeeded when a line of the claim in its mark says so', () => {
    expect(mark && stateOfRecord(mark, done('000000000007'))).toBe('succeeded');
  });

  test('is processing when only an earlier claim succeeded', () => {
    expect(mark && stateOfRecord(mark, done('000000000006'))).toBe('processing');
  });
});

test('a tail that was cut still tells the attempt: what used none names the one that was due', () => {
  const said = (code: string, attempt: number | '-'): string => `\n${code} w 1 ${attempt} 1 2 {}`;
  expect(attemptHistory(said('D', 4) + said('L', 4)).attempt).toBe(4);
  expect(attemptHistory(said('D', 4) + said('R', 4) + said('D', 5)).attempt).toBe(5);
  expect(attemptHistory(said('D', 4) + said('Q', '-') + said('D', 1)).attempt).toBe(1);
});

describe('attempts are counted', () => {
  const tail = (codes: string): string =>
    codes
      .split('')
      .map((code, i) => `\n${code} w 1 ${code === 'R' || code === 'F' ? i + 1 : '-'} 1 2 {}`)
      .join('');

  test.each([
    ['', 1, 0],
    ['R', 2, 0],
    ['RR', 3, 0],
    ['DLD', 1, 0],
    ['WW', 1, 2],
    ['RWR', 4, 1],
    ['RRWQ', 1, 0],
    ['FQR', 4, 0],
  ])('after %j the next is %i, after %i rescues', (codes, attempt, recoveries) => {
    expect(attemptHistory(tail(codes))).toEqual({ attempt, recoveries });
  });
});
