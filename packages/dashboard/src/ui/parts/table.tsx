import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** The title of a column of numbers; they end where it ends. */
export function numeric(text: string): { readonly numeric: string } {
  return { numeric: text };
}

type Title = string | { readonly numeric: string } | { readonly box: ComponentChildren };

function textOf(head: Title): string {
  if (typeof head === 'string') return head;
  return 'numeric' in head ? head.numeric : '';
}

interface Props {
  /** Titles of the columns; an empty one for a column of buttons. */
  readonly heads: readonly Title[];
  readonly children: ComponentChildren;
}

/** A column without a title has no head: who listens would hear an empty one. */
function Head({ head }: { head: Title }) {
  const text = textOf(head);
  if (text === '') return <td>{typeof head !== 'string' && 'box' in head && head.box}</td>;
  return <th class={typeof head === 'string' ? undefined : 'n'}>{text}</th>;
}

/** A table that scrolls by itself where the page is narrower; on a phone its rows become cards, in which each value has its title. */
export function Table({ heads, children }: Props) {
  const table = useRef<HTMLTableElement>(null);
  useLayoutEffect(() => {
    const titles = heads.map(textOf);
    // What stays is left alone: a browser would work out the style of each cell again.
    for (const { cells } of table.current?.tBodies[0]?.rows ?? [])
      titles.forEach((title, i) => {
        const data = cells[i]?.dataset;
        if (data !== undefined && data['head'] !== title) data['head'] = title;
      });
  });
  return (
    // Its own scrolling must be within reach of the keyboard, also where nothing in it is.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
    <div class="scroll" tabIndex={0}>
      <table ref={table}>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <Head key={i} head={head} />
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
