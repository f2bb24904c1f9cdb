/** Cells as people read, sort and copy them. */
import type { Cell, Column } from './answer';

/** What a type is to the grid and the chart. */
export type Kind = 'number' | 'time' | 'other';

const NUMBER = /^(?:DOUBLE|FLOAT|REAL|DECIMAL.*|U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?)$/;
const TIME = /^(?:TIMESTAMP.*|DATE)$/;

export function kindOf(type: string): Kind {
  if (NUMBER.test(type)) {
    return 'number';
  }
  return TIME.test(type) ? 'time' : 'other';
}

/** Type names without what only takes room. */
export function shortType(type: string): string {
  return type.replace('TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ');
}

/** What is shown of a long text. The whole of it is copied. */
const SHOWN_CHARS = 300;

/** The text of a cell; null is told apart by whoever shows it. */
export function textOf(cell: Cell): string {
  switch (typeof cell) {
    case 'string':
      return cell;
    case 'object':
      return cell === null ? '' : JSON.stringify(cell);
    default:
      return String(cell);
  }
}

/** One line of it, bounded. Times lose the T, as the trend page shows them. */
export function shownText(cell: Cell, kind: Kind): string {
  const text = textOf(cell);
  if (kind === 'time') {
    return text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ');
  }
  const line = text.slice(0, SHOWN_CHARS).replace(/\s*\n\s*/g, ' ⏎ ');
  return text.length > SHOWN_CHARS ? `${line}…` : line;
}

/** A number of a cell: whole numbers beyond 2^53, NaN and the infinities come as texts. NaN if it is none. */
export function numberOf(cell: Cell): number {
  return typeof cell === 'number' ? cell : typeof cell === 'string' && cell !== '' ? Number(cell) : NaN;
}

function compareNumbers(a: Cell, b: Cell): number {
  if (typeof a === 'string' && typeof b === 'string' && /^-?\d+$/.test(a) && /^-?\d+$/.test(b)) {
    const [x, y] = [BigInt(a), BigInt(b)]; // nanoseconds differ below what a double tells apart
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const [x, y] = [numberOf(a), numberOf(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) {
    return Number(Number.isNaN(x)) - Number(Number.isNaN(y)); // above all numbers, as in SQL
  }
  return x - y;
}

/** Times of answers have one form, but offsets change with the clock: instants first, then what is finer. */
function compareTimes(a: Cell, b: Cell): number {
  const [x, y] = [textOf(a), textOf(b)];
  return Date.parse(x) - Date.parse(y) || (fractionOf(x) < fractionOf(y) ? -1 : fractionOf(x) > fractionOf(y) ? 1 : 0);
}

function fractionOf(time: string): string {
  return (/\.(\d+)/.exec(time)?.[1] ?? '').padEnd(9, '0');
}

const collator = new Intl.Collator('en', { numeric: true });

export interface Sort {
  column: number;
  descending: boolean;
}

/** The order of the rows by a column, equal ones as they came; NULL is last either way. */
export function sortedOrder(rows: Cell[][], columns: Column[], sort: Sort | null): Uint32Array {
  const order = Uint32Array.from(rows.keys());
  const column = sort === null ? undefined : columns[sort.column];
  if (sort === null || column === undefined) {
    return order;
  }
  const kind = kindOf(column.type);
  const compare = kind === 'number'
    ? compareNumbers
    : kind === 'time' ? compareTimes : (a: Cell, b: Cell) => collator.compare(textOf(a), textOf(b));
  const sign = sort.descending ? -1 : 1;
  return order.sort((i, j) => {
    const [a, b] = [rows[i]![sort.column] ?? null, rows[j]![sort.column] ?? null];
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null) || i - j;
    }
    return sign * compare(a, b) || i - j;
  });
}

/** As in the server's CSV: a spreadsheet would run it. */
const FORMULA = /^[=+\-@\t\r\n\0＝＋－＠]/;

function tsvCell(cell: Cell, kind: Kind): string {
  const text = textOf(cell);
  const guarded = kind === 'other' && FORMULA.test(text) ? `'${text}` : text;
  return /[\t\r\n"]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Cells for a spreadsheet: tabs and line ends between them, NULL empty, text never a formula. */
export function asTsv(rows: Cell[][], columns: Column[], headings: boolean): string {
  const lines = rows.map((row) => columns.map((c, i) => tsvCell(row[i] ?? null, kindOf(c.type))).join('\t'));
  return (headings ? [columns.map((c) => tsvCell(headingOf(c), 'other')).join('\t'), ...lines] : lines).join('\n');
}

/** The name of a column with its unit, as in the server's CSV. */
export function headingOf(column: Column): string {
  return column.uom === '' ? column.name : `${column.name} [${column.uom}]`;
}

const grouped = new Intl.NumberFormat('en');

/** A count with its thousands apart. */
export function counted(n: number): string {
  return grouped.format(n).replaceAll(',', '\u202f');
}
