import { useEffect, useRef, useState } from 'preact/hooks';
import { get, may, post } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import type { Operation } from '../types.ts';
import { Bar } from './basics.tsx';
import { attempt } from './toasts.tsx';

const LOOK_MS = 300;
const VERBS = ['requeue', 'cancel', 'delete'] as const;
type Verb = (typeof VERBS)[number];
const VERB_TEXT = { requeue: 'requeue', cancel: 'cancel', delete: 'remove' } as const;
const ENDED = new Set(['succeeded', 'failed', 'cancelled']);

interface Props {
  readonly filter: Readonly<Record<string, string>>;
  readonly onClose: () => void;
}

function begin(verb: Verb, filter: Props['filter'], dryRun: boolean): Promise<{ id: string }> {
  return verb === 'delete' ? post('bulk/delete', { filter, dryRun }) : post('bulk', { verb, filter, dryRun });
}

/** Follows an operation until it has ended. */
function useOperation(id: string | undefined): Operation | undefined {
  const [operation, set] = useState<Operation>();
  useEffect(() => {
    if (id === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const { operation: next } = await get<{ operation: Operation }>(`operations/${encodeURIComponent(id)}`);
      set(next);
      if (next.state === 'running') timer = setTimeout(() => void look().catch(() => undefined), LOOK_MS);
    };
    void look().catch(() => undefined);
    return () => clearTimeout(timer);
  }, [id]);
  return operation;
}

interface ChoicesProps {
  readonly verbs: readonly Verb[];
  readonly chosen: Verb;
  readonly onChoose: (verb: Verb) => void;
}

function Choices({ verbs, chosen, onChoose }: ChoicesProps) {
  return (
    <p class="choices">
      {verbs.map((one) => (
        <label key={one}>
          <input type="radio" name="verb" checked={one === chosen} onChange={() => onChoose(one)} />{' '}
          {t(VERB_TEXT[one])}
        </label>
      ))}
    </p>
  );
}

function HowFar({ operation, total }: { operation: Operation; total: number }) {
  return (
    <p>
      <Bar parts={[['succeeded', operation.changed]]} total={total} />
      {count(operation.changed)} · {t(operation.state)}
    </p>
  );
}

/** The verbs that jobs of a state take. */
function verbsFor(state: string | undefined): readonly Verb[] {
  return VERBS.filter((verb) =>
    verb === 'delete'
      ? may('remove') && state !== 'processing'
      : (verb === 'requeue') === ENDED.has(state ?? ''),
  );
}

/** Changes all jobs that match: first counts them, then asks, then shows how far it is. */
export function BulkDialog({ filter, onClose }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const verbs = verbsFor(filter['state']);
  const [verb, choose] = useState<Verb>(verbs[0] ?? 'cancel');
  const [counting, setCounting] = useState<string>();
  const [running, setRunning] = useState<string>();
  const counted = useOperation(counting);
  const operation = useOperation(running);
  useEffect(() => box.current?.showModal(), []);
  useEffect(() => {
    setCounting(undefined);
    void attempt(t('count'), async () => setCounting((await begin(verb, filter, true)).id));
  }, [verb]);
  const matched = counted?.state === 'done' ? count(counted.matched) : '…';
  const run = (): Promise<boolean> =>
    attempt(t(VERB_TEXT[verb]), async () => setRunning((await begin(verb, filter, false)).id));
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="bulk-title">
      <h2 id="bulk-title">{t('bulkAsk', { verb: t(VERB_TEXT[verb]), count: matched })}</h2>
      <p class="muted">{t('bulkNote')}</p>
      {operation === undefined ? (
        <Choices verbs={verbs} chosen={verb} onChoose={choose} />
      ) : (
        <HowFar operation={operation} total={Math.max(operation.matched, counted?.matched ?? 0)} />
      )}
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
        {running === undefined && (
          <button
            type="button"
            class={verb === 'delete' ? 'danger' : 'primary'}
            disabled={counted?.state !== 'done'}
            onClick={() => void run()}
          >
            {t('confirm')}
          </button>
        )}
      </footer>
    </dialog>
  );
}
