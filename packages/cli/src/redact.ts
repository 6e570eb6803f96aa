/** Shorter passwords stand inside ordinary words; for them the pattern of a URL has to be enough. */
const SHORTEST_SECRET = 4;
// Takes what has no @ too, and leaves it as it is: so nothing is read twice, and a hostile text costs linear time.
const URL_PASSWORD = /\b(rediss?:\/\/[^\s:@/]*):[^\s@]+(@?)/g;

const secrets = new Set<string>();

/** Remembers a password, so that it never appears in what is printed. */
export function keepSecret(password: string): void {
  for (const form of [password, safeDecode(password)]) {
    if (form.length >= SHORTEST_SECRET) secrets.add(form);
  }
}

/** Remembers the password of a URL. By hand, because a URL that cannot be parsed may hold one too. */
export function keepUrlPassword(url: string): void {
  const password = /^\w+:\/\/[^:@/]*:(.*)@/.exec(url)?.[1];
  if (password !== undefined) keepSecret(password);
}

/** A text without passwords: of URLs, and of those that {@link keepSecret} was told. */
export function redact(text: string): string {
  let shown = text.replace(URL_PASSWORD, (whole, url: string, end: string) =>
    end === '' ? whole : `${url}:***@`,
  );
  for (const secret of secrets) shown = shown.replaceAll(secret, '***');
  return shown;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not percent-encoded: it is what it is.
    return text;
  }
}
