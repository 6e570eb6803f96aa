import { startRedis } from '@linstock/test-kit/redis';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFreePort } from './store/free-port.ts';
import { jsonOf, linesOf, runCli } from './testing/run-cli.ts';

const store = await sharedRedis();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'linstock-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ['a mistyped command', ['jbo'], 'Did you mean job?'],
  ['a mistyped verb', ['job', 'lits'], 'Did you mean list?'],
  ['a mistyped option', ['job', 'list', '--limmit', '3'], 'Did you mean --limit?'],
  ['a condition about nothing', ['job', 'list', '--where', 'user.id=7'], 'did you mean input.user.id?'],
  ['a missing argument', ['job', 'get'], "missing required argument 'id'"],
  ['one argument too many', ['version', 'x'], 'too many arguments'],
  ['a wrong format', ['version', '-o', 'xml'], 'must be one of table, wide, json, ndjson, id'],
  ['a wrong name', ['job', 'enqueue', '{x}'], 'INVALID_OPTION'],
  ['a queue with a weight', ['worker', 'x.js', '--queues', 'mail:5'], 'Weights'],
  ['a worker without modules', ['worker'], 'name a module'],
  ['a module that is not there', ['worker', 'none.js'], 'MODULE_NOT_LOADED'],
])('%s is a usage error on one line', async (_, args, message) => {
  const wrong = await runCli(args, { cwd: folder });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(linesOf(wrong.stderr)).toEqual([expect.stringMatching(/^error [A-Z_]+: /)]);
  expect(wrong.stderr).toContain(message);
});

test('help begins with examples and ends with exit code 0', async () => {
  for (const args of [['--help'], ['job', '--help'], ['job', 'list', '--help'], ['help', 'queue']]) {
    const { code, stdout } = await runCli(args);
    expect([code, linesOf(stdout)[0]]).toEqual([0, 'Examples:']);
  }
  expect(await runCli([])).toMatchObject({ code: 2, stdout: '' });
});

test('schema names every command, and completion scripts know them', async () => {
  const tree = jsonOf<{ commands: { name: string; commands: { name: string }[] }[] }>(
    await runCli(['schema']),
  );
  const job = tree.commands.find(({ name }) => name === 'job')?.commands.map(({ name }) => name);
  expect(job).toEqual('enqueue copy list get logs why wait requeue cancel delete reschedule move'.split(' '));
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runCli(['completion', shell]);
    expect(code).toBe(0);
    for (const { name } of tree.commands) expect(stdout).toContain(name);
    // Another word for `workers`.
    expect(stdout).toMatch(/worker-processes[ /]concurrency/);
  }
  expect(await runCli(['completion', 'tcsh'])).toMatchObject({ code: 2 });
});

test('version', async () => {
  const json = jsonOf(await runCli(['version', '--json']));
  expect(json).toEqual({
    linstock: expect.any(String),
    node: process.versions.node,
    platform: expect.any(String),
  });
});

test('a flag wins over the environment, that over the configuration, that over the default', async () => {
  const namespaceOf = async (args: string[], env: Record<string, string> = {}) => {
    const ran = await runCli(['status', '--json', '--redis', store.url, ...args], { cwd: folder, env });
    return jsonOf<{ namespace: string }>(ran).namespace;
  };
  expect(await namespaceOf([])).toBe('ls');
  writeFileSync(path.join(folder, 'linstock.config.json'), '{"namespace":"byjson"}');
  expect(await namespaceOf([])).toBe('byjson');
  writeFileSync(path.join(folder, 'linstock.config.ts'), `export default { namespace: 'byts' as string };`);
  expect(await namespaceOf([])).toBe('byts');
  expect(await namespaceOf([], { LINSTOCK_NAMESPACE: 'byenv' })).toBe('byenv');
  expect(await namespaceOf(['--namespace', 'byflag'], { LINSTOCK_NAMESPACE: 'byenv' })).toBe('byflag');
});

test('a configuration with an unknown setting is refused with a suggestion', async () => {
  writeFileSync(path.join(folder, 'linstock.config.json'), '{"namespce":"x"}');
  const refused = await runCli(['status'], { cwd: folder });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "namespace"') });
});

test('colours are for terminals, or by force', async () => {
  const colored = async (env: Record<string, string>, ...args: string[]) => {
    const ran = await runCli(['job', 'get', 'x', '--redis', store.url, ...args], { env });
    return ran.stderr.includes('\u001B[');
  };
  expect(await colored({})).toBe(false);
  expect(await colored({ FORCE_COLOR: '1' })).toBe(true);
  expect(await colored({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(await colored({ FORCE_COLOR: '1' }, '--no-color')).toBe(false);
});

test('a Redis that is not there is exit code 7, soon, and its password is not shown', async () => {
  const url = `redis://:s3cret-pass@127.0.0.1:${await findFreePort()}`;
  const startedAt = performance.now();
  const byFlag = await runCli(['status', '--redis', url, '--verbose']);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(byFlag).toMatchObject({ code: 7, stdout: '' });
  expect(byFlag.stderr).toContain('a password on the command line can be read by others');
  const byEnvironment = await runCli(['job', 'enqueue', 'x'], { env: { REDIS_URL: url } });
  expect(byEnvironment.code).toBe(7);
  expect(byEnvironment.stderr).toMatch(/^error REDIS_UNREACHABLE: .*\n$/);
  for (const { stderr } of [byFlag, byEnvironment]) expect(stderr).not.toContain('s3cret');
});

test('a Redis that does not answer is unreachable too', async () => {
  const silent = await startRedis();
  silent.pause();
  const args = ['status', '--redis', silent.url, '--connect-timeout', '500ms'];
  expect(await runCli(args)).toMatchObject({ code: 7 });
  await silent.stop();
});

test('a wrong password is exit code 4, and the right one is shown nowhere', async () => {
  const guarded = await startRedis({ extraArgs: ['--requirepass', 'r1ght-pass'] });
  const url = (password: string) => `redis://:${password}@127.0.0.1:${guarded.port}`;
  expect(await runCli(['status', '--redis', guarded.url])).toMatchObject({ code: 4 });
  const wrong = await runCli(['status', '--verbose'], { env: { REDIS_URL: url('wr0ng-pass') } });
  expect(wrong).toMatchObject({ code: 4, stderr: expect.not.stringContaining('wr0ng') });
  writeFileSync(path.join(folder, 'url'), `${url('r1ght-pass')}\n`);
  const outputs = [await runCli(['doctor', '--redis', '@url', '--json'], { cwd: folder })];
  outputs.push(await runCli(['status', '--redis', '@url'], { cwd: folder }));
  for (const { code, stdout, stderr } of outputs) {
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('r1ght');
  }
  await guarded.stop();
});

test('doctor tells what is wrong with a Redis that evicts', async () => {
  const evicting = await startRedis({ extraArgs: ['--maxmemory-policy', 'allkeys-lru'] });
  const sick = await runCli(['doctor', '--json', '--redis', evicting.url]);
  expect(sick.code).toBe(1);
  const findings = jsonOf<{ findings: { check: string; level: string }[] }>(sick).findings;
  expect(findings).toContainEqual(expect.objectContaining({ check: 'fitness', level: 'problem' }));
  await evicting.stop();
});

test('bench measures, and leaves nothing behind', async () => {
  const ran = await runCli(['bench', '--jobs', '2000', '--json', '--redis', store.url]);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const rate = { jobsPerSecond: expect.any(Number) };
  expect(jsonOf(ran)).toMatchObject({
    jobs: 2000,
    enqueue: rate,
    run: rate,
    pickupMs: { p50: expect.any(Number) },
  });
  expect(await store.connect().keys('{bench*')).toEqual([]);
});
