import { describe, expect, test } from 'vitest';
import { withSeeds } from '../testing';
import { edgesOf, inSight, rowsInSight, scrolledTo } from './window';

describe('what is in sight', () => {
  test('of ten thousand rows, a few', () => {
    expect(rowsInSight(10_000, 22, 0, 440, 8)).toEqual({ first: 0, last: 28 });
    expect(rowsInSight(10_000, 22, 110_000, 440, 8)).toEqual({ first: 4992, last: 5028 });
    expect(rowsInSight(10_000, 22, 219_560, 440, 8)).toEqual({ first: 9972, last: 10_000 });
    expect(rowsInSight(0, 22, 0, 440, 8)).toEqual({ first: 0, last: 0 });
    expect(rowsInSight(5, 22, 99_999, 440, 0)).toEqual({ first: 5, last: 5 });
  });

  test('every row and column that shows a pixel, and no more than the size allows', () => {
    withSeeds(300, (r) => {
      const widths = Array.from({ length: r.int(1, 60) }, () => r.int(20, 300));
      const edges = edgesOf(widths);
      const scroll = r.int(0, edges.at(-1)!);
      const size = r.int(0, 900);
      const beside = r.int(0, 3);
      const { first, last } = inSight(edges, scroll, size, beside);
      widths.forEach((width, i) => {
        const isSeen = edges[i]! < scroll + size && edges[i]! + width > scroll;
        if (isSeen) {
          expect(i).toBeGreaterThanOrEqual(first);
          expect(i).toBeLessThan(last);
        }
      });
      expect(last - first).toBeLessThanOrEqual(Math.ceil(size / 20) + 2 + 2 * beside);
      const rows = rowsInSight(widths.length, 22, scroll, size, beside);
      for (let i = 0; i < widths.length; i++) {
        if (i * 22 < scroll + size && (i + 1) * 22 > scroll) {
          expect(i >= rows.first && i < rows.last).toBe(true);
        }
      }
    });
  });

  test('without columns nothing', () => {
    expect(inSight([0], 0, 100, 2)).toEqual({ first: 0, last: 0 });
  });
});

test('scrolls no further than needed', () => {
  expect(scrolledTo(100, 122, 50, 200)).toBe(50);
  expect(scrolledTo(10, 32, 50, 200)).toBe(10);
  expect(scrolledTo(300, 322, 50, 200)).toBe(122);
  expect(scrolledTo(100, 500, 50, 200)).toBe(100);
});
