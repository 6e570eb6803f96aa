import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import type { Fault } from './field.tsx';
import { Field, Offers } from './field.tsx';

interface Props {
  readonly name: string;
  readonly fault?: Fault | undefined;
  /** What the control needs. */
  readonly control: object;
}

/** The name of a queue: offers those that there are, and says when it is none of them. */
export function QueueField({ name, fault, control }: Props) {
  const now = pulse.value;
  const served = now?.workers.flatMap(({ info }) => info?.queues ?? []) ?? [];
  const names = now && [...new Set([...now.queues.map((queue) => queue.name), ...served])];
  const isUnknown = name !== '' && names?.includes(name) === false;
  return (
    <Field name="queue" label={t('queue')} fault={fault} hint={isUnknown && t('unknownQueue')}>
      <input {...control} list="queues" autocomplete="off" />
      <Offers id="queues" values={names} />
    </Field>
  );
}
