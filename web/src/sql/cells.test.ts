import { describe, expect, test } from 'vitest';
import type { Cell, Column } from './answer';
import { asTsv, counted, kindOf, shownText, sortedOrder } from './cells';

const column = (type: string, uom = ''): Column => ({ name: 'c', type, uom });

function sorted(type: string, cells: Cell[], descending = false): Cell[] {
  const rows = cells.map((cell) => [cell]);
  return [...sortedOrder(rows, [column(type)], { column: 0, descending })].map((i) => cells[i]!);
}

test.each([
  ['DOUBLE', 'number'], ['DECIMAL(4,2)', 'number'], ['UTINYINT', 'number'], ['HUGEINT', 'number'], ['INTEGER', 'number'],
  ['TIMESTAMP WITH TIME ZONE', 'time'], ['DATE', 'time'], ['TIMESTAMP', 'time'],
  ['INTEGER[]', 'other'], ['INTERVAL', 'other'], ['VARCHAR', 'other'], ['STRUCT(x INTEGER)', 'other'],
])('kind of %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

describe('sorting', () => {
  test('numbers as numbers, NULL last either way, NaN above all', () => {
    expect(sorted('DOUBLE', [10, null, 9, 'NaN', 'Infinity', '-Infinity'])).toEqual(['-Infinity', 9, 10, 'Infinity', 'NaN', null]);
    expect(sorted('DOUBLE', [10, null, 9, 'NaN'], true)).toEqual(['NaN', 10, 9, null]);
  });

  test('nanoseconds to the last digit', () => {
    expect(sorted('BIGINT', ['1793360640000000002', '1793360640000000001', '1793360640000000003']))
      .toEqual(['1793360640000000001', '1793360640000000002', '1793360640000000003']);
  });

  test('times as instants where the clock changes, to the microsecond', () => {
    const times = ['2026-10-25T02:30:00+01:00', '2026-10-25T02:45:00+02:00', '2026-10-25T02:30:00.000002+02:00', '2026-10-25T02:30:00.000001+02:00'];
    expect(sorted('TIMESTAMP WITH TIME ZONE', times)).toEqual([times[3], times[2], times[1], times[0]]);
  });

  test('texts as people count, equal ones as they came', () => {
    expect(sorted('VARCHAR', ['T10', 'T9', 'a', null, 'T9'])).toEqual(['a', 'T9', 'T9', 'T10', null]);
    expect([...sortedOrder([[1, 'b'], [1, 'a']], [column('INTEGER'), column('VARCHAR')], { column: 0, descending: true })]).toEqual([0, 1]);
    expect([...sortedOrder([[2], [1]], [column('INTEGER')], null)]).toEqual([0, 1]);
  });
});

test('shows one line, and a time without its T', () => {
  expect(shownText('2026-11-24T08:00:00+01:00', 'time')).toBe('2026-11-24 08:00:00+01:00');
  expect(shownText('a\n  b', 'other')).toBe('a ⏎ b');
  expect(shownText('x'.repeat(1000), 'other')).toHaveLength(301);
  expect(shownText([1, { a: null }], 'other')).toBe('[1,{"a":null}]');
});

describe('TSV', () => {
  const columns: Column[] = [column('VARCHAR'), column('DOUBLE', 'degC')];

  test('keeps tabs, quotes and line ends in their cell; NULL is empty', () => {
    expect(asTsv([['a\tb', 1.5], ['say "hi"\n', null]], columns, false)).toBe('"a\tb"\t1.5\n"say ""hi""\n"\t');
  });

  test('has headings with units', () => {
    expect(asTsv([], columns, true)).toBe('c\tc [degC]');
  });

  test('text never becomes a formula, numbers keep their sign', () => {
    expect(asTsv([['=1+1', -5], ['@x', '-Infinity'], ['-a', 0]], columns, false)).toBe("'=1+1\t-5\n'@x\t-Infinity\n'-a\t0");
  });
});

test('counts have their thousands apart', () => {
  expect([counted(999), counted(10_000), counted(1_234_567)]).toEqual(['999', '10\u202f000', '1\u202f234\u202f567']);
});
