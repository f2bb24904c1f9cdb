import { describe, expect, test } from 'vitest';
import type { Cell, Column } from './answer';
import { axesOf, choosable, linesOf, nearestValue, LINES_MAX, type Choice } from './series';

const FREE: Choice = { x: null, by: null, y: null };
const col = (name: string, type: string, uom = ''): Column => ({ name, type, uom });
const TS = col('ts', 'TIMESTAMP WITH TIME ZONE');
const TAG = col('tag', 'VARCHAR');
const VALUE = col('value', 'DOUBLE', 'degC');
const STATUS = col('status', 'UINTEGER');
const at = (second: number): string => `2026-11-24T08:00:${String(second).padStart(2, '0')}+01:00`;

function draw(columns: Column[], rows: Cell[][], choice: Partial<Choice> = {}) {
  const axes = axesOf(columns, rows, { ...FREE, ...choice });
  return axes === null ? null : linesOf(columns, rows, axes);
}

describe('the columns drawn', () => {
  test('a time, real numbers, and what tells rows of one time apart', () => {
    const columns = [TAG, TS, col('ts_ns', 'BIGINT'), VALUE, STATUS];
    const one: Cell[][] = [['A', at(0), '1', 5, 0], ['A', at(1), '2', 6, 0]];
    expect(axesOf(columns, one, FREE)).toEqual({ x: 1, by: null, y: [3] });
    expect(axesOf(columns, [...one, ['B', at(0), '1', 7, 0]], FREE)).toEqual({ x: 1, by: 0, y: [3] });
  });

  test('a number to draw over where there is no time', () => {
    const columns = [col('batch_id', 'VARCHAR'), VALUE, col('offset_s', 'DOUBLE', 's')];
    expect(axesOf(columns, [['B1', 5, 0], ['B2', 6, 0]], FREE)).toEqual({ x: 2, by: 0, y: [1] });
  });

  test('whole numbers where there are no others, and those that count nothing last', () => {
    expect(axesOf([TS, STATUS, col('n', 'BIGINT')], [[at(0), 0, 4]], FREE)?.y).toEqual([2]);
    expect(axesOf([TS, STATUS], [[at(0), 0]], FREE)?.y).toEqual([1]);
  });

  test('none without numbers, without rows, or where all is NULL', () => {
    expect(axesOf([TS, TAG], [[at(0), 'A']], FREE)).toBeNull();
    expect(axesOf([TS, VALUE], [], FREE)).toBeNull();
    expect(axesOf([TS, VALUE], [[at(0), null]], FREE)).toBeNull();
    expect(axesOf([VALUE], [[1]], FREE)).toBeNull();
  });

  test('those chosen; what does not fit counts as not chosen', () => {
    const columns = [TS, TAG, VALUE, STATUS];
    const rows: Cell[][] = [[at(0), 'A', 5, 0], [at(0), 'B', 6, 0]];
    expect(axesOf(columns, rows, { x: 'value', by: '', y: ['status'] })).toEqual({ x: 2, by: null, y: [3] });
    expect(axesOf(columns, rows, { x: 'tag', by: 'value', y: ['no', 'tag'] })).toEqual({ x: 0, by: 1, y: [2] });
    expect(choosable(columns, rows)).toEqual({ x: [0, 2, 3], by: [1], y: [2, 3] });
  });
});

describe('lines', () => {
  test('one a column, in the order of the place', () => {
    const drawn = draw([TS, VALUE, col('high', 'DOUBLE')], [[at(2), 5, 9], [at(0), 6, 8]])!;
    expect(drawn.x).toEqual([Date.parse(at(0)), Date.parse(at(2))]);
    expect(drawn.lines).toEqual([
      { label: 'value [degC]', uom: 'degC', values: [6, 5] }, { label: 'high', uom: '', values: [8, 9] }]);
  });

  test('one a value of the text column; NULL breaks a line, a missing row does not', () => {
    const { x, lines } = draw([TS, TAG, VALUE], [[at(0), 'A', 1], [at(1), 'B', 2], [at(2), 'A', null], [at(2), 'B', 4], [at(3), null, 5]])!;
    expect(x.length).toBe(4);
    expect(lines.map((l) => l.label)).toEqual(['A [degC]', 'B [degC]', 'NULL [degC]']);
    expect(lines[0]!.values).toEqual([1, undefined, null, undefined]);
    expect(lines[1]!.values).toEqual([undefined, 2, 4, undefined]);
  });

  test('NaN and infinities break a line; digits beyond 2^53 are numbers', () => {
    const { lines } = draw([TS, VALUE], [[at(0), 'NaN'], [at(1), 'Infinity'], [at(2), '9007199254740993'], [at(3), 1]])!;
    expect(lines[0]!.values).toEqual([null, null, 9007199254740992, 1]);
  });

  test('with several columns each line names both', () => {
    const { lines } = draw([TS, TAG, VALUE, STATUS], [[at(0), 'A', 1, 0], [at(0), 'B', 2, 0]], { y: ['value', 'status'] })!;
    expect(lines.map((l) => l.label)).toEqual(['A value [degC]', 'A status', 'B value [degC]', 'B status']);
  });

  test('are bounded, and what is left out is counted', () => {
    const rows = Array.from({ length: 2 * 50 }, (_, i): Cell[] => [at(Math.floor(i / 50)), `T${i % 50}`, i]);
    const drawn = draw([TS, TAG, VALUE], rows, { by: 'tag' })!;
    expect([drawn.lines.length, drawn.leftOut]).toEqual([LINES_MAX, 50 - LINES_MAX]);
  });

  test('rows hidden by others of the same line and place are counted', () => {
    expect(draw([TS, TAG, VALUE], [[at(0), 'A', 1], [at(0), 'B', 2]], { by: '' })).toMatchObject({ hidden: 1, lines: [{ values: [2] }] });
  });

  test('local times and dates stand where they are written', () => {
    expect(draw([col('t', 'TIMESTAMP'), VALUE], [['2020-01-01T06:30', 1]])!.x).toEqual([Date.UTC(2020, 0, 1, 6, 30)]);
    expect(draw([col('d', 'DATE'), VALUE], [['2020-01-01', 1], [null, 2]])!.x).toEqual([Date.UTC(2020, 0, 1)]);
  });
});

test('the nearest value within reach', () => {
  const values = [1, undefined, null, undefined, 5];
  expect([0, 1, 2, 3].map((i) => nearestValue(values, i, 1))).toEqual([0, 0, -1, 4]);
});
