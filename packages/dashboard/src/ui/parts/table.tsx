import type { ComponentChildren } from 'preact';

interface Props {
  /** Titles of the columns; an empty one for a column of buttons. */
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where the page is narrower. */
export function Table({ heads, children }: Props) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={i}>{head}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
