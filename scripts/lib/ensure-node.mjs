import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, ScriptError } from './run.mjs';

/** Refuses a Node.js that is older than package.json's `engines` says. */
export function ensureNode() {
  const { engines } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  const [, major, minor] = /(\d+)\.(\d+)/.exec(engines.node).map(Number);
  const [ourMajor, ourMinor] = process.versions.node.split('.').map(Number);
  if (ourMajor > major || (ourMajor === major && ourMinor >= minor)) return;
  throw new ScriptError(
    `Linstock needs Node.js ${major}.${minor} or newer; this is ${process.versions.node}. Install a newer one from https://nodejs.org.`,
  );
}
