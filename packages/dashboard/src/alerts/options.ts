import { OptionError } from '@linstock/core';
import type { Rule } from '@linstock/core/internal';
import { anything, checkOptions, shortText } from '@linstock/core/internal';

/** A program that is told of alerts by a POST of JSON. */
export interface WebhookOptions {
  /** What people read of it; the address is shown to nobody. */
  readonly name: string;
  /** http or https. Redirects are not followed. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** 16 characters or more. With it, `X-Linstock-Signature: sha256=…` has the HMAC of the body, in hexadecimal digits. */
  readonly secret?: string;
}

/** How people are told of alerts by mail. */
export interface MailOptions {
  /** `smtp://user:password@host:587`, `smtps://…`, or options of nodemailer's SMTP transport. */
  readonly smtp: string | Readonly<Record<string, unknown>>;
  readonly from: string;
  /** 1 to 20 addresses. */
  readonly to: readonly string[];
}

/** Who is told of alerts. Only here: nobody can name an address through the page. */
export interface AlertingOptions {
  /** At most 10. */
  readonly webhooks?: readonly WebhookOptions[];
  readonly mail?: MailOptions;
  /** Where people reach this dashboard: messages get a link to it. */
  readonly url?: string;
}

const MOST_WEBHOOKS = 10;
const MOST_ADDRESSES = 20;
const LEAST_SECRET = 16;
const HIDDEN = '(not shown)';
const RULES = { webhooks: anything, mail: anything, url: anything };
const WEBHOOK_RULES: Readonly<Record<keyof WebhookOptions, Rule>> = {
  name: shortText(64),
  url: anything,
  headers: anything,
  secret: anything,
};
const MAIL_RULES = { smtp: anything, from: anything, to: anything };

/** Checks {@link AlertingOptions}; an error names the option, and never what could be a secret. @throws {OptionError} */
export function checkAlerting(options: AlertingOptions | undefined, where: string): AlertingOptions {
  checkOptions(hideIn(options), RULES, where);
  const { mail, url } = options ?? {};
  const webhooks: readonly WebhookOptions[] = options?.webhooks ?? [];
  if (!isList(webhooks) || webhooks.length > MOST_WEBHOOKS)
    throw new OptionError(`${where}.webhooks`, `must be a list of at most ${MOST_WEBHOOKS}`, HIDDEN);
  webhooks.forEach((webhook, i) => checkWebhook(webhook, `${where}.webhooks[${i}]`));
  const names = webhooks.map(({ name }) => name);
  const twice = names.find((name, i) => name === 'mail' || names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new OptionError(`${where}.webhooks`, 'must have names of their own, and not "mail"', twice);
  if (mail !== undefined) checkMail(mail, `${where}.mail`);
  if (url !== undefined && !isAddress(url, ['http:', 'https:']))
    throw new OptionError(`${where}.url`, 'must be the http or https address of the dashboard', url);
  return options ?? {};
}

function checkWebhook(webhook: WebhookOptions, where: string): void {
  // Its values are not shown: an address may be as good as a password.
  checkOptions(hideIn(webhook), WEBHOOK_RULES, where);
  const { url, headers = {}, secret } = webhook;
  if (webhook.name === undefined) throw new OptionError(`${where}.name`, 'is required', undefined);
  if (!isAddress(url, ['http:', 'https:']))
    throw new OptionError(`${where}.url`, 'must be an http or https address', HIDDEN);
  if (new URL(url).username !== '' || new URL(url).password !== '')
    throw new OptionError(`${where}.url`, 'must hold no password: give it in "headers"', HIDDEN);
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < LEAST_SECRET))
    throw new OptionError(`${where}.secret`, `must have ${LEAST_SECRET} characters or more`, HIDDEN);
  try {
    void new Headers(headers);
  } catch {
    // Its message holds the value.
    throw new OptionError(`${where}.headers`, 'must be an object of names and values of headers', HIDDEN);
  }
}

function checkMail(mail: MailOptions, where: string): void {
  checkOptions(hideIn(mail), MAIL_RULES, where);
  const { smtp, from, to } = mail;
  const isServer =
    typeof smtp === 'string'
      ? isAddress(smtp, ['smtp:', 'smtps:'])
      : typeof smtp === 'object' && smtp !== null;
  if (!isServer)
    throw new OptionError(
      `${where}.smtp`,
      'must be an address such as smtp://user:password@host:587, or options of an SMTP transport',
      HIDDEN,
    );
  if (!isMailAddress(from)) throw new OptionError(`${where}.from`, 'must be a mail address', from);
  if (!isList(to) || to.length === 0 || to.length > MOST_ADDRESSES || !to.every(isMailAddress))
    throw new OptionError(`${where}.to`, `must be 1 to ${MOST_ADDRESSES} mail addresses`, to);
}

/** The same names with values that may be shown: any other may be a secret in a wrong place. */
function hideIn(options: unknown): unknown {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return HIDDEN;
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => [key, key === 'name' ? (value as unknown) : HIDDEN]),
  );
}

function isAddress(text: unknown, protocols: readonly string[]): boolean {
  return typeof text === 'string' && URL.canParse(text) && protocols.includes(new URL(text).protocol);
}

/** Without `any` for what stands in it. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function isMailAddress(text: unknown): boolean {
  return shortText(320)(text) === undefined && /^[^@]+@[^@]+$/.test(text as string);
}
