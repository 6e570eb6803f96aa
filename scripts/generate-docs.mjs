// Turns packages/core/src/job/states.ts into docs/state-machine.md: a picture and a table.
// node scripts/generate-docs.mjs           writes the file
// node scripts/generate-docs.mjs --check   exits 1 when the file is not what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../packages/core/src/job/states.ts', import.meta.url));
const target = fileURLToPath(new URL('../docs/state-machine.md', import.meta.url));
const TRANSITION =
  /^ {2}(\w+): \{\s*from: \[([^\]]*)\],\s*to: \[([^\]]*)\],\s*by: '(\w+)',\s*does: '([^']*)',?\s*\},?$/gm;

const words = (list) => [...list.matchAll(/'(\w+)'/g)].map(([, word]) => word);

/** Reads the table as text: Node 20 cannot load TypeScript. */
function readTransitions(text) {
  const table = text.slice(text.indexOf('export const TRANSITIONS'));
  const transitions = [...table.matchAll(TRANSITION)].map(([, verb, from, to, by, does]) => ({
    verb,
    from: words(from),
    to: words(to),
    by,
    does,
  }));
  const written = [...table.matchAll(/\bdoes: '/g)].length;
  if (transitions.length === 0 || transitions.length !== written) {
    throw new Error(`states.ts has ${written} transitions, of which ${transitions.length} could be read`);
  }
  return transitions;
}

/** `delete` leaves every state: the picture is clearer without it. */
function picture(transitions) {
  const verbs = new Map();
  const node = (state) => (state === 'none' ? '[*]' : state);
  for (const { verb, from, to } of transitions.filter((transition) => transition.verb !== 'delete')) {
    for (const start of from) {
      for (const end of to) {
        const arrow = `${node(start)} --> ${node(end)}`;
        verbs.set(arrow, [...(verbs.get(arrow) ?? []), verb]);
      }
    }
  }
  return [...verbs].map(([arrow, names]) => `    ${arrow}: ${names.join(', ')}`).join('\n');
}

function rows(transitions) {
  return transitions
    .map(
      ({ verb, from, to, by, does }) =>
        `| \`${verb}\` | ${from.join(', ')} | ${to.join(', ')} | ${by} | ${does} |`,
    )
    .join('\n');
}

const transitions = readTransitions(readFileSync(source, 'utf8'));
const text = `<!-- Generated from packages/core/src/job/states.ts by scripts/generate-docs.mjs. Do not edit. -->
# The state machine

A job is in one state at a time and changes it only by one of these transitions. Each is one line of \`TRANSITIONS\` in
\`packages/core/src/job/states.ts\`, one script in \`packages/core/src/lua/\` and one method of \`JobStore\`, all of one name.

\`\`\`mermaid
stateDiagram-v2
${picture(transitions)}
\`\`\`

Not in the picture: \`delete\` removes a job from any state; a processing one only by force.

| transition | from | to | caused by | what it does |
| --- | --- | --- | --- | --- |
${rows(transitions)}

\`none\`: there is no record. \`quarantine\`: the record is kept with its bytes, but it is no job any more ([protocol.md](protocol.md) §13).
`;

if (process.argv.includes('--check')) {
  let current = '';
  try {
    current = readFileSync(target, 'utf8');
  } catch {
    // A missing file is as outdated as a wrong one.
  }
  if (current !== text) {
    console.error('docs/state-machine.md is outdated: run "node scripts/generate-docs.mjs" and commit it');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
