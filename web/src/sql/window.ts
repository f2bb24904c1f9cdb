/** Which cells of a large table are in sight. */

/** Indexes, `last` excluded. */
export interface Window {
  first: number;
  last: number;
}

/** Rows of one height in sight, with some above and below them. */
export function rowsInSight(count: number, rowPx: number, scroll: number, size: number, beside: number): Window {
  const first = Math.floor(Math.max(0, scroll) / rowPx) - beside;
  const last = Math.ceil((Math.max(0, scroll) + size) / rowPx) + beside;
  return { first: Math.min(Math.max(0, first), count), last: Math.min(Math.max(0, last), count) };
}

/**
 * Columns of different widths in sight, with some beside them.
 *
 * @param edges where each begins, in pixels and ascending, and at the end where the last one ends
 * @param scroll how far the table is scrolled
 * @param size how much of it is in sight
 * @param beside how many more on either side
 */
export function inSight(edges: ArrayLike<number>, scroll: number, size: number, beside: number): Window {
  const count = edges.length - 1;
  if (count <= 0) {
    return { first: 0, last: 0 };
  }
  const first = indexAt(edges, Math.max(0, scroll));
  const last = indexAt(edges, Math.max(0, scroll + Math.max(0, size))) + 1;
  return { first: Math.max(0, first - beside), last: Math.min(count, last + beside) };
}

/** The last one that begins at or before a place; the first and the last beyond the ends. */
function indexAt(edges: ArrayLike<number>, at: number): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (edges[middle]! <= at) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

/** Where to scroll so that a row or column is wholly in sight; where it is if it is already. */
export function scrolledTo(start: number, end: number, scroll: number, size: number): number {
  if (start < scroll || end - start > size) {
    return start;
  }
  return end > scroll + size ? end - size : scroll;
}

/** Edges from widths. */
export function edgesOf(widths: number[]): number[] {
  const edges = [0];
  for (const width of widths) {
    edges.push(edges.at(-1)! + width);
  }
  return edges;
}
