import type { Channel } from './channel.ts';
import { ChannelError, codeOf, TRY_MS } from './channel.ts';
import type { AlertMessage } from './message.ts';
import type { MailOptions } from './options.ts';

/** A channel that sends mail. */
export function mailChannel({ smtp, from, to }: MailOptions): Channel {
  const options = {
    connectionTimeout: TRY_MS,
    greetingTimeout: TRY_MS,
    dnsTimeout: TRY_MS,
    socketTimeout: TRY_MS,
    ...(typeof smtp === 'string' ? { url: smtp } : smtp),
  };
  return {
    name: 'mail',
    async send(message, signal) {
      // Loaded by those alone who send mail.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(options);
      const give = (): void => transport.close();
      signal.addEventListener('abort', give, { once: true });
      try {
        await orAborted(transport.sendMail({ from, to: [...to], ...letterOf(message) }), signal);
      } catch (error) {
        throw faultOf(error);
      } finally {
        signal.removeEventListener('abort', give);
        transport.close();
      }
    },
  };
}

/** Nothing in it is fetched or read from a file, whatever its text says. */
function letterOf({ id, installation, title, text }: AlertMessage) {
  return {
    subject: title,
    text: `${text}\n`,
    messageId: `<${id}.${installation.replaceAll(/[^\w.-]/g, '-')}@linstock.invalid>`,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Linstock-Event': id },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** The connection ends by its own timeouts; whoever closes need not wait for that. */
async function orAborted(sent: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(new ChannelError('closed', true));
    signal.addEventListener('abort', () => reject(new ChannelError('closed', true)), { once: true });
  });
  sent.catch(() => undefined);
  await Promise.race([sent, aborted]);
}

/** An answer of the server by its number: its words may name who signs in. */
function faultOf(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  const { responseCode } = (error ?? {}) as { readonly responseCode?: unknown };
  const answer = typeof responseCode === 'number' ? ` (SMTP ${responseCode})` : '';
  return new ChannelError(`${codeOf(error)}${answer}`, !(Number(responseCode) >= 500));
}
