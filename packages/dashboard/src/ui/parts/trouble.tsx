import { t } from '../i18n.ts';

interface Props {
  readonly error: { readonly message: string } | undefined;
}

/** What went wrong, if something did. */
export function Trouble({ error }: Props) {
  if (error === undefined) return null;
  return (
    <p class="bad-text" role="alert">
      {error.message}
    </p>
  );
}

/** What stands in the place of something that is not there yet, or could not be read. */
export function Pending({ error }: Props) {
  return error === undefined ? <p class="muted">{t('loading')}…</p> : <Trouble error={error} />;
}
