import { t } from '../i18n.ts';

const FORMATS = ['csv', 'ndjson'] as const;

/** Links that save all jobs of a search (`q`), a state, a queue or a tag as a file. */
export function ExportLinks({ query }: { query: Readonly<Record<string, string>> }) {
  return (
    <>
      {FORMATS.map((format) => (
        <a
          key={format}
          class="button quiet"
          download
          href={`api/export?${new URLSearchParams({ ...query, format })}`}
        >
          {t('exportAs', { format: format.toUpperCase() })}
        </a>
      ))}
    </>
  );
}
