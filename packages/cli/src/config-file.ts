import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Duration, RedisTarget } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { Rule } from '@linstock/core/internal';
import { anything, checkOptions, queueName, wholeNumber } from '@linstock/core/internal';
import { CliError } from './errors.ts';
import { importModule } from './load-modules.ts';

/** What `linstock.config.{ts,js,json}` may say. */
export interface LinstockConfig {
  /** Where Redis is. */
  readonly redis?: RedisTarget;
  /** @default "ls" */
  readonly namespace?: string;
  /** Modules with handlers, for `linstock worker` and `linstock dev`; relative to the file. */
  readonly modules?: readonly string[];
  /** Queues of a worker, the first one first. Default: those of its handlers. */
  readonly queues?: readonly string[];
  /** Jobs at once per process, 1 to 10,000. @default 10 */
  readonly concurrency?: number;
  /** Processes of `linstock worker`, 1 to 64. @default 1 */
  readonly processes?: number;
  /** How long running jobs may go on after SIGTERM. @default "25s" */
  readonly shutdownTimeout?: Duration;
}

const FILES = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `linstock.config.${extension}`);

const RULES: Readonly<Record<string, Rule>> = {
  redis: anything,
  namespace: anything,
  modules: listOf((value) => (typeof value === 'string' ? undefined : 'must hold paths')),
  queues: listOf(queueName),
  concurrency: wholeNumber(1, 10_000),
  processes: wholeNumber(1, 64),
  shutdownTimeout: anything,
};

function listOf(rule: Rule): Rule {
  return (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    return value.map(rule).find((problem) => problem !== undefined);
  };
}

/** Reads the configuration: the file named, or the one in the current folder. Throws `CONFIG_INVALID`. */
export async function readConfig(named: string | undefined): Promise<LinstockConfig> {
  const file = named === undefined ? FILES.find((name) => existsSync(name)) : named;
  if (file === undefined) return {};
  const absolute = path.resolve(file);
  if (!existsSync(absolute))
    throw new CliError('CONFIG_INVALID', `the configuration file ${absolute} does not exist`);
  const value = absolute.endsWith('.json') ? readJson(absolute) : await readModule(absolute);
  return withAbsoluteModules(check(value, file), path.dirname(absolute));
}

function check(value: unknown, file: string): LinstockConfig {
  try {
    checkOptions(value, RULES, file);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new CliError('CONFIG_INVALID', error.message, error.fields, error);
  }
  return value as LinstockConfig;
}

async function readModule(file: string): Promise<unknown> {
  const exports = await importModule(file);
  if ('default' in exports) return exports['default'];
  throw new CliError('CONFIG_INVALID', `${file} must have a default export: an object of settings`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError('CONFIG_INVALID', `${file} is not JSON: ${String(cause)}`, {}, cause);
  }
}

/** A path means the same from every folder; a package's name stays one. */
function withAbsoluteModules(config: LinstockConfig, folder: string): LinstockConfig {
  if (config.modules === undefined) return config;
  const modules = config.modules.map((name) => {
    const file = path.resolve(folder, name);
    return existsSync(file) ? file : name;
  });
  return { ...config, modules };
}
