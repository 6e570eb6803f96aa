import { t } from '../i18n.ts';

const FORMATS = ['csv', 'ndjson'] as const;

interface Props {
  /** Which of them; of jobs a search (`q`), a state, a queue or a tag. */
  readonly query: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** Links that save all that a list is about as a file. */
export function ExportLinks({ query, path = 'export' }: Props) {
  return (
    <>
      {FORMATS.map((format) => (
        <a
          key={format}
          class="button quiet"
          download
          href={`api/${path}?${new URLSearchParams({ ...query, format })}`}
        >
          {t('exportAs', { format: format.toUpperCase() })}
        </a>
      ))}
    </>
  );
}
