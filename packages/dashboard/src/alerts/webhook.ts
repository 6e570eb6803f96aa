import { createHmac } from 'node:crypto';
import type { Channel } from './channel.ts';
import { ChannelError, codeOf, TRY_MS } from './channel.ts';
import type { WebhookOptions } from './options.ts';

/** Client errors that pass: too slow, too early, too many. */
const PASSING = new Set([408, 425, 429]);

/** A channel that posts JSON. */
export function webhookChannel({ name, url, headers = {}, secret }: WebhookOptions): Channel {
  return {
    name,
    async send(message, signal) {
      const body = JSON.stringify(message);
      const all = new Headers(headers);
      all.set('Content-Type', 'application/json');
      all.set('User-Agent', 'Linstock');
      all.set('X-Linstock-Event', message.id);
      if (secret !== undefined) all.set('X-Linstock-Signature', signatureOf(body, secret));
      const timeout = AbortSignal.timeout(TRY_MS);
      const response = await fetch(url, {
        method: 'POST',
        headers: all,
        body,
        // Not followed: it could lead to a place that nobody has named.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      }).catch((error: unknown) => {
        throw new ChannelError(timeout.aborted ? `no answer within ${TRY_MS / 1000} s` : codeOf(error), true);
      });
      await response.body?.cancel();
      judge(response.status);
    },
  };
}

/** What proves that a body was sent by who knows the secret. */
export function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function judge(status: number): void {
  if (status >= 200 && status < 300) return;
  if (status < 400) throw new ChannelError(`answered ${status}: redirects are not followed`, false);
  throw new ChannelError(`answered ${status}`, status >= 500 || PASSING.has(status));
}
