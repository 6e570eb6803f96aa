import { choose, language, LANGUAGE_NAMES, t } from '../i18n.ts';

/** In which language the page speaks. */
export function LanguageChoice() {
  return (
    <select
      aria-label={t('language')}
      value={language.value}
      onChange={(event) => void choose(event.currentTarget.value)}
    >
      {Object.entries(LANGUAGE_NAMES).map(([tag, name]) => (
        <option key={tag} value={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
