/** Where the nodes of a drawing stand: a column for each step, and rows that keep lines short. */

export interface GraphNode {
  readonly id: string;
  readonly parents: readonly string[];
}

export interface Place {
  readonly column: number;
  readonly row: number;
  /** Where lines come from: parents, and where their lines go by the nodes of a column that they pass. */
  readonly from: readonly string[];
  /** Whether there only a line goes by. */
  readonly isLane: boolean;
}

/**
 * Longest-path layering; within a column by the mean row of the parents (Sugiyama, Tagawa, Toda 1981). Parents that are no nodes do
 * not count. Lines that pass a column have a place there, one for all of a parent: they lead around its nodes, not through them.
 */
export function layout(nodes: readonly GraphNode[]): Map<string, Place> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const columns: GraphNode[][] = [];
  const columnOf = columnsOf(byId);
  const put = (at: number, id: string, parents: readonly string[]): string => {
    const column = (columns[at] ??= []);
    if (!column.some((one) => one.id === id)) column.push({ id, parents });
    return id;
  };
  for (const { id, parents } of nodes) {
    const column = columnOf(id);
    const from = parents.map((parent) => {
      let last = parent;
      for (let at = columnOf(parent) + 1; byId.has(parent) && at < column; at++)
        last = put(at, `${parent}>${at}`, [last]);
      return last;
    });
    put(column, id, from);
  }
  const places = new Map<string, Place>();
  columns.forEach((column, at) => {
    const mean = (node: GraphNode): number => {
      const rows = node.parents.flatMap((id) => places.get(id)?.row ?? []);
      return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
    };
    const sorted = column.map((node) => ({ node, mean: mean(node) })).toSorted((a, b) => a.mean - b.mean);
    sorted.forEach(({ node: { id, parents: from } }, row) =>
      places.set(id, { column: at, row, from, isLane: !byId.has(id) }),
    );
  });
  return places;
}

/** How many steps come before a node. What stands in a circle, which no workflow has, counts once. */
function columnsOf(byId: ReadonlyMap<string, GraphNode>): (id: string) => number {
  const known = new Map<string, number>();
  const columnOf = (id: string): number => {
    const found = known.get(id);
    if (found !== undefined) return found;
    known.set(id, 0);
    const parents = (byId.get(id)?.parents ?? []).filter((parent) => byId.has(parent));
    const column = parents.length === 0 ? 0 : 1 + Math.max(...parents.map(columnOf));
    known.set(id, column);
    return column;
  };
  return columnOf;
}
