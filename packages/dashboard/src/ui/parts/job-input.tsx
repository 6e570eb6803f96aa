import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import type { Contract } from '../types.ts';
import type { Fault } from './field.tsx';
import { Field, faultOf, Offers } from './field.tsx';
import { later } from './later.tsx';
import { Trouble } from './trouble.tsx';
import { useData } from './use-data.ts';

/** Comes with a script of its own, once a schema is known. */
const SchemaForm = later(async () => (await import('./schema-form.tsx')).SchemaForm);

/** The job that somebody names. `version`: of an input that is there already; only the form of that version fits it. */
interface Named {
  readonly name: string;
  readonly queue: string;
  readonly version?: number | undefined;
}

/** Names of the jobs that live workers handle. */
export function handledNames(): readonly string[] {
  return [...new Set(pulse.value?.workers.flatMap(({ info }) => info?.jobs ?? []))];
}

/** What workers have described: of all jobs, and of the one that is named; `onKnown` hears of it while nobody has chosen another queue. */
export function useContracts({ name, queue, version: own }: Named, onKnown: (contract: Contract) => void) {
  const { data } = useData<{ contracts: readonly Contract[] }>('contracts', { everyMs: 30_000 });
  const contract = data?.contracts.find((one) => one.name === name);
  const version = own ?? contract?.version;
  const given = useRef('default');
  useLayoutEffect(() => {
    if (contract === undefined || own !== undefined || queue !== given.current) return;
    given.current = contract.queue;
    onKnown(contract);
  }, [contract?.name]);
  const names = data && [...new Set([...data.contracts.map((one) => one.name), ...handledNames()])];
  return { names, version, contract: contract?.version === version ? contract : undefined };
}

interface NameProps {
  /** Undefined: nobody has asked for them yet. */
  readonly names: readonly string[] | undefined;
  readonly name: string;
  readonly isFixed?: boolean;
  readonly fault: Fault | undefined;
  /** What the control needs. */
  readonly control: object;
}

/** The name of a job: offers those that are known, and says when it is none of them. */
export function NameField({ names, name, isFixed = false, fault, control }: NameProps) {
  const isUnknown = name !== '' && names?.includes(name) === false;
  return (
    <Field name="name" label={t('name')} fault={fault} hint={isUnknown && t('unknownName')}>
      <input {...control} required readOnly={isFixed} list="names" autocomplete="off" />
      <Offers id="names" values={names} />
    </Field>
  );
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Props {
  /** Undefined: nothing is known of the job. */
  readonly contract: Contract | undefined;
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly fault: Fault | undefined;
}

/** The input of a job as JSON. */
function Plain({ label, text, onText, fault }: Props) {
  return (
    <Field name="input" label={label} fault={fault} isWhole>
      <textarea
        value={text}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
        rows={10}
        spellcheck={false}
        {...faultOf('input', fault)}
      />
    </Field>
  );
}

/** The input of a job: as a form where the JSON Schema of its contract is known, and as JSON. */
export function JobInput(props: Props) {
  // What a form has begun with: another one may begin anew as long as nobody has changed it.
  const begun = useRef('{}');
  const { contract } = props;
  if (contract?.hasSchema !== true) return <Plain {...props} />;
  return <WithForm key={contract.name} {...props} name={contract.name} begun={begun} />;
}

const MOST_TEXT = 65_536;

interface WithFormProps extends Props {
  readonly name: string;
  readonly begun: { current: string };
}

function WithForm({ name, begun, ...props }: WithFormProps): JSX.Element {
  const { text, onText, fault } = props;
  const { data } = useData<{ contract: { schema?: Readonly<Record<string, unknown>> } }>(
    `contracts/${encodeURIComponent(name)}`,
    { isHeld: true },
  );
  // An empty one stays as it is stored.
  const [isForm, show] = useState(text !== '');
  const schema = data?.contract.schema;
  if (schema === undefined) return <Plain {...props} />;
  // A form of thousands of fields helps nobody.
  const canShow = text === '' || (text.length < MOST_TEXT && isJson(text));
  return (
    <div class="whole">
      <div class="choices" role="group" aria-label={props.label}>
        {[true, false].map((one) => (
          <button
            type="button"
            key={String(one)}
            class="quiet"
            aria-pressed={isForm === one}
            disabled={one && !canShow}
            onClick={() => show(one)}
          >
            {t(one ? 'form' : 'json')}
          </button>
        ))}
      </div>
      {isForm && canShow ? (
        <SchemaForm
          schema={schema}
          text={text}
          onText={onText}
          isFresh={text === '' || text === begun.current}
          onBegin={(start) => onText((begun.current = start))}
        />
      ) : (
        <Plain {...props} />
      )}
      {isForm && canShow && fault?.field === 'input' && <Trouble error={fault} />}
    </div>
  );
}
