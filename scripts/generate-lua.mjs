// Turns packages/core/src/lua/*.lua into packages/core/src/generated/lua.ts, so that the scripts ship inside the module.
// node scripts/generate-lua.mjs           writes the file
// node scripts/generate-lua.mjs --check   exits 1 when the file is not what would be written
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('../packages/core/src/', import.meta.url));
const lua = join(core, 'lua');
const target = join(core, 'generated', 'lua.ts');
const MAX_LINES = 60;

const read = (path) => readFileSync(path, 'utf8');
const keys = new Map(
  [...read(join(core, 'redis', 'keys.ts')).matchAll(/^ {2}(\w+): '([^']+)',$/gm)].map(([, name, key]) => [
    name,
    key,
  ]),
);

/** Lines that are only a comment carry nothing for Redis; elsewhere `--` stays, for it may stand in a string. */
const isComment = (line) => /^\s*--(?!@)/.test(line) || line.trim() === '';

/** `$ready` becomes `P .. 'ready:'`: with what follows it one concatenation, made where it is used and not for every call. */
function withKeys(text, file) {
  return text
    .replace(/\$([a-z][A-Za-z]*)/g, (_, name) => {
      if (!keys.has(name)) throw new Error(`${file}: no key named "${name}" in redis/keys.ts`);
      return `P .. '${keys.get(name)}'`;
    })
    .replace(/\bredis\.(p?call)\(/g, (_, name) => `${name.toUpperCase()}(`);
}

/** The line that every script begins with: its prefix, and the two functions it calls most, as locals. */
const OPENING = 'local CALL, PCALL, P = redis.call, redis.pcall, KEYS[1]';

const INCLUDE = /^\s*--@include (\S+)$/;

/** A part becomes one line, so that line numbers in Redis's errors are those of the script's own file. */
function part(name) {
  const file = `parts/${name}.lua`;
  const lines = read(join(lua, file)).split('\n');
  const body = lines.filter((line) => !isComment(line)).map((line) => lineOf(line.trim(), file));
  if (body.some((line) => / --/.test(line))) throw new Error(`${file}: a comment must stand on its own line`);
  return body.join(' ');
}

function lineOf(line, file) {
  const include = INCLUDE.exec(line);
  return include ? part(include[1]) : withKeys(line, file);
}

function script(file) {
  const lines = read(join(lua, file)).trimEnd().split('\n');
  if (lines.length > MAX_LINES) throw new Error(`${file}: ${lines.length} lines, at most ${MAX_LINES}`);
  const output = lines.map((line) => (isComment(line) ? '' : lineOf(line, file)));
  const first = output.indexOf('local P = KEYS[1]');
  if (first < 0)
    throw new Error(`${file}: "local P = KEYS[1]" must stand on a line of its own, before all includes`);
  output[first] = OPENING;
  return output.join('\n');
}

const files = readdirSync(lua).filter((file) => file.endsWith('.lua'));
const entries = files.map((file) => `  ${file.slice(0, -4)}: ${JSON.stringify(script(file))},`);
const text = `// Generated from ../lua by scripts/generate-lua.mjs. Do not edit.
export const LUA = {
${entries.join('\n')}
} as const;
`;

if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = read(target);
  } catch {
    // A missing file is as outdated as a wrong one.
  }
  if (current !== text) {
    console.error('packages/core/src/generated/lua.ts is outdated: run "npm run build" and commit it');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
