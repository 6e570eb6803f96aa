import { t } from '../i18n.ts';
import { place, refine } from '../router.ts';

/** Pages of a list of which one may see some: each tells where the next one begins, and nobody how many there are. */
export function NarrowPager({ next }: { readonly next: string | undefined }) {
  const isFirst = !place.value.query.has('cursor');
  if (isFirst && next === undefined) return null;
  return (
    <div class="pager">
      <button type="button" disabled={isFirst} onClick={() => refine({ cursor: undefined })}>
        {t('firstPage')}
      </button>
      <button type="button" disabled={next === undefined} onClick={() => refine({ cursor: next })}>
        {t('next')}
      </button>
    </div>
  );
}
