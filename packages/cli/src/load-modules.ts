import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JobContract } from '@linstock/core';
import { CliError } from './errors.ts';
import type { HandlerDefinition } from './worker-adapter.ts';

/** A module as it was imported. */
type Exports = Readonly<Record<string, unknown>>;

const TYPESCRIPT = /\.[cm]?tsx?$/;

/** The absolute path of a module: a file, or a package that the current folder can see. */
export function resolveModule(name: string): string {
  const file = path.resolve(name);
  if (existsSync(file)) return file;
  try {
    return createRequire(path.join(process.cwd(), 'linstock.js')).resolve(name);
  } catch (cause) {
    const message = `there is no file ${file}, and no package "${name}": check the path`;
    throw new CliError('MODULE_NOT_LOADED', message, { module: name }, cause);
  }
}

/** Imports a module of the user's: JavaScript as Node does, TypeScript through jiti. */
export async function importModule(file: string): Promise<Exports> {
  try {
    return TYPESCRIPT.test(file) ? await importTypeScript(file) : await importNative(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${path.relative('', file)} cannot be loaded: ${reason}`;
    throw new CliError('MODULE_NOT_LOADED', message, { module: file }, cause);
  }
}

async function importNative(file: string): Promise<Exports> {
  return (await import(pathToFileURL(file).href)) as Exports;
}

async function importTypeScript(file: string): Promise<Exports> {
  const { createJiti } = await import('jiti');
  return createJiti(import.meta.url).import<Exports>(file);
}

/** Imports modules and collects the handlers that they export. Throws `MODULE_NOT_LOADED`, `NO_HANDLERS`. */
export async function loadHandlers(names: readonly string[]): Promise<HandlerDefinition[]> {
  const byJob = new Map<string, HandlerDefinition>();
  for (const file of names.map(resolveModule)) {
    const found = findHandlers(await importModule(file));
    if (found.size === 0) throw noHandlers(file);
    for (const definition of found) addOnce(byJob, definition, file);
  }
  return [...byJob.values()];
}

function addOnce(byJob: Map<string, HandlerDefinition>, definition: HandlerDefinition, file: string): void {
  const { name } = definition.contract;
  const known = byJob.get(name);
  if (known !== undefined && known.handler !== definition.handler) {
    const message = `two handlers for the job "${name}", the second one in ${path.relative('', file)}: keep one`;
    throw new CliError('MODULE_NOT_LOADED', message, { module: file, job: name });
  }
  byJob.set(name, definition);
}

/** Handlers among the exports of a module, also in arrays and objects, one level deep. */
export function findHandlers(exports: Exports): Set<HandlerDefinition> {
  const found = new Set<HandlerDefinition>();
  for (const value of Object.values(exports)) {
    for (const candidate of [value, ...inside(value)]) if (isDefinition(candidate)) found.add(candidate);
  }
  return found;
}

function inside(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null && !isDefinition(value) ? Object.values(value) : [];
}

/** By shape: a module may have another copy of `@linstock/worker` than this command has. */
function isDefinition(value: unknown): value is HandlerDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { contract, handler } = value as Record<string, unknown>;
  return isContract(contract) && typeof handler === 'function';
}

function isContract(value: unknown): value is JobContract {
  if (typeof value !== 'object' || value === null) return false;
  const { name, header, queue } = value as Record<string, unknown>;
  return [name, header, queue].every((field) => typeof field === 'string');
}

function noHandlers(file: string): CliError {
  const advice = 'export what defineHandler(contract, handler) from @linstock/worker returns';
  return new CliError('NO_HANDLERS', `${path.relative('', file)} exports no handler: ${advice}`, {
    module: file,
  });
}
