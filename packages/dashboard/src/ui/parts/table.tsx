import type { ComponentChildren } from 'preact';

/** The title of a column of numbers; they end where it ends. */
export function numeric(text: string): { readonly numeric: string } {
  return { numeric: text };
}

interface Props {
  /** Titles of the columns; an empty one for a column of buttons. */
  readonly heads: readonly (string | { readonly numeric: string })[];
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where the page is narrower. */
export function Table({ heads, children }: Props) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {heads.map((head, i) =>
              typeof head === 'string' ? (
                <th key={i}>{head}</th>
              ) : (
                <th key={i} class="n">
                  {head.numeric}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
