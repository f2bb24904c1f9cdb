/** What the chart of an answer draws: which columns, which lines, and their values at common places. */
import { timeOf } from '../api';
import { kindOf, numberOf, textOf } from './cells';
import type { Cell, Column } from './answer';

/** How many lines a chart has. */
export const LINES_MAX = 40;

/** Columns by name, as the address has them; null leaves the choice to the chart, an empty `by` is none. */
export interface Choice {
  x: string | null;
  by: string | null;
  y: string[] | null;
}

/** Columns by number. `by` is null where lines are told apart by column alone. */
export interface Axes {
  x: number;
  by: number | null;
  y: number[];
}

/** What can be chosen, by number of the column. */
export interface Choosable {
  x: number[];
  by: number[];
  y: number[];
}

export interface Line {
  label: string;
  uom: string;
  /** One a place: null where there is no number and the line breaks, undefined where it has no row. */
  values: (number | null | undefined)[];
}

export interface Lines {
  /** Ascending and different: milliseconds since 1970, or numbers. */
  x: number[];
  lines: Line[];
  /** Lines beyond those that are drawn. */
  leftOut: number;
  /** Rows that another one of the same line and place hides. */
  hidden: number;
}

/** Names that tell lines apart, the likeliest first. */
const BY_NAMES = ['tag', 'batch_id', 'unit_id', 'phase', 'product_id', 'order_id', 'name', 'state'];
/** Numbers that are names, counts of versions or bits, seldom worth a line. */
const NO_LINE = /(?:_ns|_id|^status|^flags|^version|^instance)$/;
const PLACE = /^(?:x|t|offset.*|elapsed.*|.*_offset|seconds|minutes|hours|bucket)$/i;

/** What an answer can be drawn over, apart by and of; a column without any value is nothing of it. */
export function choosable(columns: Column[], rows: Cell[][]): Choosable {
  const found: Choosable = { x: [], by: [], y: [] };
  columns.forEach((column, i) => {
    const kind = kindOf(column.type);
    if (!rows.some((row) => (row[i] ?? null) !== null)) {
      return;
    }
    if (kind !== 'other') {
      found.x.push(i);
    }
    if (kind === 'number') {
      found.y.push(i);
    }
    if (/^(?:VARCHAR|BOOLEAN|ENUM.*|UUID)$/.test(column.type)) {
      found.by.push(i);
    }
  });
  return found;
}

/** The columns to draw; null where there is nothing to draw. Names that do not fit count as not chosen. */
export function axesOf(columns: Column[], rows: Cell[][], choice: Choice): Axes | null {
  const can = choosable(columns, rows);
  const named = (name: string | null, among: number[]): number | undefined =>
    name === null ? undefined : among.find((i) => columns[i]!.name === name);
  const x = named(choice.x, can.x) ?? firstX(columns, can);
  if (x === undefined) {
    return null;
  }
  const among = can.y.filter((i) => i !== x);
  const chosen = (choice.y ?? []).flatMap((name) => named(name, among) ?? []);
  const y = chosen.length > 0 ? chosen : firstY(columns, among);
  if (y.length === 0) {
    return null;
  }
  const by = choice.by === '' ? null : (named(choice.by, can.by) ?? firstBy(columns, rows, x, can.by));
  return { x, by, y };
}

function firstX(columns: Column[], can: Choosable): number | undefined {
  const isTime = (i: number): boolean => kindOf(columns[i]!.type) === 'time';
  return can.x.find(isTime) ?? can.x.find((i) => PLACE.test(columns[i]!.name)) ?? (can.y.length > 1 ? can.y[0] : undefined);
}

function firstY(columns: Column[], among: number[]): number[] {
  const worth = among.filter((i) => !NO_LINE.test(columns[i]!.name));
  const real = worth.filter((i) => !/INT/.test(columns[i]!.type));
  const found = real.length > 0 ? real : worth.length > 0 ? worth : among;
  return found.slice(0, 8);
}

/** Without a column to tell rows of the same place apart they would hide each other. */
function firstBy(columns: Column[], rows: Cell[][], x: number, among: number[]): number | null {
  if (new Set(rows.map((row) => textOf(row[x] ?? null))).size === rows.length) {
    return null;
  }
  const few = among.filter((i) => {
    const values = new Set(rows.map((row) => textOf(row[i] ?? null)));
    return values.size > 1 && values.size <= LINES_MAX;
  });
  const likely = BY_NAMES.flatMap((name) => few.filter((i) => columns[i]!.name === name));
  return likely[0] ?? few[0] ?? null;
}

/** Whether a time column's times are local ones, without an offset: they are shown as written. */
export function isLocalTime(type: string): boolean {
  return kindOf(type) === 'time' && !/WITH TIME ZONE/.test(type);
}

function placeOf(cell: Cell, type: string): number {
  if (kindOf(type) === 'number') {
    return numberOf(cell);
  }
  const text = textOf(cell);
  return timeOf(isLocalTime(type) && text.includes('T') ? `${text}Z` : text);
}

/** The lines of the rows. */
export function linesOf(columns: Column[], rows: Cell[][], axes: Axes): Lines {
  const places = rows.map((row) => placeOf(row[axes.x] ?? null, columns[axes.x]!.type));
  const x = [...new Set(places.filter(Number.isFinite))].sort((a, b) => a - b);
  const at = new Map(x.map((place, i) => [place, i]));
  const lines = new Map<string, Line>();
  let hidden = 0;
  const leftOut = new Set<string>();
  rows.forEach((row, r) => {
    const place = at.get(places[r]!);
    if (place === undefined) {
      return;
    }
    const name = axes.by === null ? '' : (row[axes.by] ?? null) === null ? 'NULL' : textOf(row[axes.by]!);
    for (const column of axes.y) {
      const key = `${column} ${name}`;
      let line = lines.get(key);
      if (line === undefined) {
        if (lines.size >= LINES_MAX) {
          leftOut.add(key);
          continue;
        }
        line = { label: labelOf(columns, axes, column, name), uom: columns[column]!.uom, values: new Array(x.length) };
        lines.set(key, line);
      }
      hidden += Number(line.values[place] !== undefined);
      const value = numberOf(row[column] ?? null);
      line.values[place] = Number.isFinite(value) ? value : null;
    }
  });
  return { x, lines: [...lines.values()], leftOut: leftOut.size, hidden };
}

function labelOf(columns: Column[], axes: Axes, column: number, name: string): string {
  const { name: own, uom } = columns[column]!;
  const label = axes.by === null ? own : axes.y.length === 1 ? name : `${name} ${own}`;
  return uom === '' ? label : `${label} [${uom}]`;
}

/** The nearest place at which a line has a number; -1 if none is within so many places. */
export function nearestValue(values: Line['values'], at: number, reach: number): number {
  for (let by = 0; by <= reach; by++) {
    for (const i of [at - by, at + by]) {
      if (typeof values[i] === 'number') {
        return i;
      }
    }
  }
  return -1;
}
