import { useEffect, useState } from 'preact/hooks';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import type { TextKey } from '../i18n.ts';
import { Bar } from './basics.tsx';
import type { BulkFilter } from './bulk.tsx';
import { BulkDialog } from './bulk.tsx';
import { useDialog } from './use-dialog.ts';
import { linesOf } from './use-search.ts';

/** How far it is that all is found; the last line has the selection. */
interface Line {
  readonly looked: number;
  readonly total: number;
  readonly found: number;
  readonly selection?: string;
  readonly query?: string;
  readonly queue?: string;
  readonly states?: Readonly<Record<string, number>>;
  readonly isFull?: boolean;
}

/** Lets the server put together all that a search finds. */
function useSelection(text: string): { readonly line: Line; readonly error: string | undefined } {
  const [line, setLine] = useState<Line>({ looked: 0, total: 0, found: 0 });
  const [error, setError] = useState<string>();
  useEffect(() => {
    const control = new AbortController();
    const follow = async (): Promise<void> => {
      const response = await fetch('api/selections', {
        method: 'POST',
        credentials: 'same-origin',
        signal: control.signal,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ q: text }),
      });
      for await (const next of linesOf<Line>(response)) setLine(next);
    };
    void follow().catch(({ message }: Error) => {
      if (!control.signal.aborted) setError(message);
    });
    return () => control.abort();
  }, [text]);
  return { line, error };
}

interface ChoiceProps {
  readonly line: Line;
  readonly error: string | undefined;
  readonly onChoose: (state: string) => void;
  readonly onClose: () => void;
}

/** How far it is, and once all is found, the jobs of which state are to be changed. */
function Choice({ line, error, onChoose, onClose }: ChoiceProps) {
  const box = useDialog();
  const { looked, total, found, states, isFull } = line;
  const all = Math.max(total, looked);
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="selection-title">
      <h2 id="selection-title">{t('changeAll')}</h2>
      <p aria-live="polite">
        {t('searchFound', { found: count(found), looked: count(looked), total: count(all) })}
      </p>
      {states === undefined && error === undefined && (
        <Bar parts={[['processing', looked]]} total={Math.max(all, 1)} />
      )}
      {isFull === true && <p class="muted">{t('selectionFull', { count: count(found) })}</p>}
      {found > 0 && states !== undefined && <p>{t('whichState')}</p>}
      {error !== undefined && (
        <p class="trouble" role="alert">
          {error}
        </p>
      )}
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
        {Object.entries(states ?? {}).map(([state, jobs]) => (
          <button type="button" key={state} onClick={() => onChoose(state)}>
            {t(state as TextKey)} · {count(jobs)}
          </button>
        ))}
      </footer>
    </dialog>
  );
}

interface Props {
  readonly text: string;
  /** `hasRun`: something was changed. */
  readonly onClose: (hasRun: boolean) => void;
}

/** Changes all that a search finds that no filter can name: finds them, asks of which state, and goes on as with a filter. */
export function SelectionDialog({ text, onClose }: Props) {
  const { line, error } = useSelection(text);
  const [state, choose] = useState<string>();
  const states = Object.keys(line.states ?? {});
  // Of one state there is nothing to choose.
  const chosen = state ?? (states.length === 1 && line.isFull !== true ? states[0] : undefined);
  if (chosen === undefined)
    return <Choice line={line} error={error} onChoose={choose} onClose={() => onClose(false)} />;
  const { selection = '', query = '', queue } = line;
  const filter: BulkFilter = { state: chosen, selection, query, ...(queue !== undefined && { queue }) };
  return <BulkDialog filter={filter} onClose={onClose} />;
}
