import { run, ScriptError } from './run.mjs';

/** Builds all packages; takes a second when nothing has changed. */
export async function ensureBuilt() {
  const code = await run('npm', ['run', '--silent', 'build'], { toStderr: true });
  if (code !== 0) throw new ScriptError('The build failed; the compiler says above what to repair.');
}
