/**
 * Characters that a terminal obeys instead of showing, or that break or turn a line: C0 and C1 controls, DEL, line and
 * paragraph separators, marks that change the direction of text, zero-width marks that hide in names.
 */
// oxlint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]|\p{Cs}/gu;
// oxlint-disable-next-line no-control-regex
const UNSAFE_IN_JSON = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;
const SHORT: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Data as one line that a terminal only shows. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? codePoint(character));
}

/** JSON on one line, for every reader's notion of a line, without a character that a terminal obeys. Same value. */
export function toJsonLine(value: unknown): string {
  return escapeJson(JSON.stringify(value) ?? 'null');
}

/** JSON for people to read, safe as {@link toJsonLine}. */
export function toJsonText(value: unknown): string {
  return escapeJson(JSON.stringify(value, undefined, 2) ?? 'null');
}

function escapeJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (character) => `\\u${hex(character, 4)}`);
}

function codePoint(character: string): string {
  return character.charCodeAt(0) < 256
    ? String.raw`\x${hex(character, 2)}`
    : String.raw`\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
