import { useEffect, useState } from 'preact/hooks';
import { get, may, post } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import type { Operation } from '../types.ts';
import { MOVABLE } from '../types.ts';
import { Bar } from './basics.tsx';
import { filterText } from './filter-text.ts';
import { needsPlace, VERB_TEXT } from './job-actions.tsx';
import type { PlaceForm } from './place-dialog.tsx';
import { isPlaced, PlaceFields } from './place-dialog.tsx';
import { SureButton } from './sure-button.tsx';
import { attempt, say } from './toasts.tsx';
import { useDialog } from './use-dialog.ts';

const LOOK_MS = 300;
const VERBS = ['requeue', 'cancel', 'move', 'reschedule', 'delete'] as const;
type Verb = (typeof VERBS)[number];
const ENDED = new Set(['succeeded', 'failed', 'cancelled']);

/** What jobs have that all are changed. */
export interface BulkFilter {
  readonly state: string;
  readonly [field: string]: string | boolean;
}

interface Props {
  readonly filter: BulkFilter;
  /** What else is to be known of a requeue. */
  readonly note?: string | false;
  /** What the button that opens it has named; else nothing is chosen until somebody chooses. */
  readonly verb?: Verb;
  /** `hasRun`: something was changed. */
  readonly onClose: (hasRun: boolean) => void;
}

/** What is asked for; where to and when count nothing until they are said. */
interface Wish extends PlaceForm {
  readonly verb: Verb;
  readonly filter: Props['filter'];
  readonly dryRun: boolean;
  /** The dry run, and how many it has counted, as somebody has written it. */
  readonly counted?: Operation | undefined;
  readonly confirm?: number;
  readonly reason?: string;
}

function begin({ verb, filter, dryRun, counted, confirm, reason, ...place }: Wish): Promise<{ id: string }> {
  if (verb !== 'delete') return post('bulk', { verb, filter, dryRun, reason, ...place });
  if (dryRun) return post('bulk/delete', { filter, dryRun });
  return post('bulk/delete', { counted: counted?.id, confirm, reason });
}

/** Places that do not matter, to count what would be changed. */
const ANY_PLACE = { move: { priority: 'normal' }, reschedule: { in: '1h' } } as const;

/** Follows an operation until it has ended. */
function useOperation(id: string | undefined, onEnd?: (operation: Operation) => void): Operation | undefined {
  const [operation, set] = useState<Operation>();
  useEffect(() => {
    // What was followed before is not what is asked about now.
    set(undefined);
    if (id === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async (): Promise<void> => {
      const { operation: next } = await get<{ operation: Operation }>(`operations/${encodeURIComponent(id)}`);
      if (isOver) return;
      set(next);
      if (next.state !== 'running') onEnd?.(next);
      else timer = setTimeout(() => void look().catch(() => undefined), LOOK_MS);
    };
    void look().catch(() => undefined);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [id]);
  return operation;
}

interface ChoicesProps {
  readonly verbs: readonly Verb[];
  readonly chosen: Verb | undefined;
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

const standOf = ({ changed, state }: Operation): string => `${count(changed)} · ${t(state)}`;

/** Ends it where it is; what it has changed stays. */
export function Stop({ operation: { id, state } }: { operation: Operation }) {
  if (state !== 'running' || !may('steer', 'operations.cancel')) return null;
  const stop = (): Promise<unknown> => post(`operations/${id}/cancel`);
  return <SureButton text={t('stop')} onSure={() => void attempt(t('stop'), stop, false)} />;
}

function HowFar({ operation, total }: { operation: Operation; total: number }) {
  return (
    <p>
      <Bar parts={[['succeeded', operation.changed]]} total={total} />
      {standOf(operation)} <Stop operation={operation} />
    </p>
  );
}

/** The verbs that jobs of a state take. */
function verbsFor(state: string | undefined): readonly Verb[] {
  return VERBS.filter((verb) => {
    if (verb === 'delete') return may('remove', 'bulk.delete') && state !== 'processing';
    if (needsPlace(verb)) return MOVABLE.has(state ?? '');
    return (verb === 'requeue') === ENDED.has(state ?? '');
  });
}

/** What was written for another verb does not count. */
function placeFor(verb: Verb, { queue, priority, in: delay }: PlaceForm): PlaceForm {
  if (verb === 'move') return { ...(queue && { queue }), ...(priority && { priority }) };
  return verb === 'reschedule' && delay ? { in: delay } : {};
}

/** Counts what would be changed. */
function useCount(verb: Verb | undefined, filter: Props['filter']): Operation | undefined {
  const [counting, set] = useState<string>();
  useEffect(() => {
    set(undefined);
    if (verb === undefined) return undefined;
    const any = needsPlace(verb) ? ANY_PLACE[verb] : {};
    let isOver = false;
    const ask = async (): Promise<void> => {
      const { id } = await begin({ verb, filter, dryRun: true, ...any });
      if (!isOver) set(id);
    };
    void attempt(t('count'), ask, false);
    return () => {
      isOver = true;
    };
  }, [verb]);
  return useOperation(counting);
}

/** What a person adds to a verb: where to or when, or how many a deletion is about. */
interface Form extends PlaceForm {
  readonly written?: string;
}

/** Why, for the audit log; stays when another verb is chosen. */
function Reason({ reason, onReason }: { reason: string; onReason: (reason: string) => void }) {
  return (
    <label>
      {t('reason')}
      <input value={reason} onInput={({ currentTarget: { value } }) => onReason(value)} />
    </label>
  );
}

interface AskProps {
  readonly verbs: readonly Verb[];
  readonly verb: Verb | undefined;
  readonly form: Form;
  /** Counted so far; undefined: not yet. */
  readonly howMany: number | undefined;
  readonly onVerb: (verb: Verb) => void;
  readonly onForm: (form: Form) => void;
}

function Ask({ verbs, verb, form, howMany, onVerb, onForm }: AskProps) {
  return (
    <>
      <Choices verbs={verbs} chosen={verb} onChoose={onVerb} />
      {needsPlace(verb) && <PlaceFields verb={verb} form={form} onForm={onForm} key={verb} />}
      {verb === 'delete' && (
        <label>
          <span>
            {t('writeCount')}: <strong>{howMany ?? '…'}</strong>
          </span>
          <input
            inputMode="numeric"
            value={form.written}
            onInput={({ currentTarget: { value } }) => onForm({ written: value })}
          />
        </label>
      )}
    </>
  );
}

/** The digits of what somebody wrote, also Persian and Arabic ones; what stands between them does not count. */
function digitsOf(written = ''): string {
  const plain = written.replaceAll(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) % 16));
  return plain.replaceAll(/\D/g, '');
}

/** Whether all is said. A deletion is for good: whoever wants it has read how many they are. */
function isSaid(verb: Verb | undefined, form: Form, counted: Operation | undefined): boolean {
  if (verb === undefined || counted?.state !== 'done' || counted.verb !== verb) return false;
  if (verb === 'delete') return digitsOf(form.written) === String(counted.matched);
  return !needsPlace(verb) || isPlaced(verb, form);
}

/** What is to be done, as its heading and its button say it; `howMany` undefined: they are not counted yet. */
function wishText(verb: Verb | undefined, howMany: number | undefined): string {
  if (verb === undefined) return t('changeAll');
  const text = howMany === undefined ? '…' : count(howMany);
  return t('bulkAsk', { verb: t(VERB_TEXT[verb]), count: text }, howMany);
}

/** Changes all jobs that match: asks what is to be done, counts them, then shows how far it is. */
export function BulkDialog({ filter, note, verb: named, onClose }: Props) {
  const box = useDialog();
  const [verb, choose] = useState(named);
  const [running, setRunning] = useState<string>();
  const [form, setForm] = useState<Form>({});
  const [reason, write] = useState('');
  const counted = useCount(verb, filter);
  const operation = useOperation(running, (ended) => say(`${t(VERB_TEXT[ended.verb])}: ${standOf(ended)}`));
  const howMany = counted?.state === 'done' ? counted.matched : undefined;
  const wish = wishText(verb, howMany);
  const run = (chosen: Verb): Promise<unknown> => {
    const all = { verb: chosen, filter, reason, dryRun: false, counted };
    const ask = { ...all, confirm: Number(digitsOf(form.written)), ...placeFor(chosen, form) };
    return attempt(t(VERB_TEXT[chosen]), async () => setRunning((await begin(ask)).id), false);
  };
  return (
    <dialog ref={box} onClose={() => onClose(running !== undefined)} aria-labelledby="bulk-title">
      <h2 id="bulk-title">{wish}</h2>
      <code>{filterText(filter)}</code>
      <p class="muted">{t(verb === 'delete' ? 'bulkDeleteNote' : 'bulkNote')}</p>
      {verb === 'requeue' && note && <p>{note}</p>}
      {operation === undefined ? (
        <>
          <Ask {...{ verbs: verbsFor(filter.state), verb, form, howMany }} onVerb={choose} onForm={setForm} />
          <Reason reason={reason} onReason={write} />
        </>
      ) : (
        <HowFar operation={operation} total={Math.max(operation.matched, counted?.matched ?? 0)} />
      )}
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
        {running === undefined && verb !== undefined && (
          <button
            type="button"
            class={verb === 'delete' ? 'danger' : 'primary'}
            disabled={!isSaid(verb, form, counted)}
            onClick={() => void run(verb)}
          >
            {wish}
          </button>
        )}
      </footer>
    </dialog>
  );
}
