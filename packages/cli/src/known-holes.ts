/** Versions from which on the known holes of the script engine are closed, by release line; docs of Redis and Valkey, October 2025. */
const REDIS_PATCHED = [
  [6, 2, 20],
  [7, 2, 11],
  [7, 4, 6],
  [8, 0, 4],
  [8, 2, 2],
] as const;
const VALKEY_PATCHED = [
  [7, 2, 11],
  [8, 0, 6],
  [8, 1, 4],
] as const;

/** The holes: use after free, integer overflow, running as another user, reading out of bounds; all by scripts. */
export const SCRIPT_HOLES = ['CVE-2025-49844', 'CVE-2025-46817', 'CVE-2025-46818', 'CVE-2025-46819'] as const;

/** Whether a version has known holes in its script engine. */
export function hasScriptHoles(server: 'redis' | 'valkey', version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const lines = server === 'redis' ? REDIS_PATCHED : VALKEY_PATCHED;
  const line = lines.find(([ofMajor, ofMinor]) => ofMajor === major && ofMinor === minor);
  if (line !== undefined) return patch < line[2];
  const [newestMajor, newestMinor] = lines[lines.length - 1] ?? [0, 0];
  return major < newestMajor || (major === newestMajor && minor < newestMinor);
}
