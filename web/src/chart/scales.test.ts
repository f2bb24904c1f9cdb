import { describe, expect, it } from 'vitest';
import type { Samples } from '../model';
import { withSeeds } from '../testing';
import {
  dataRange,
  formatValue,
  laneRange,
  logRange,
  niceRange,
  usableValue,
  tickTexts, valueTicks,
} from './scales';

const BAD = 0x80310000;
const UNCERTAIN = 0x40000000;

/** Samples of [time, value, status?]. */
function samples(...rows: [number, number | null, number?][]): Samples {
  return {
    timeMs: rows.map((r) => r[0]),
    ts: rows.map((r) => String(r[0])),
    value: rows.map((r) => r[1]),
    text: rows.map(() => null),
    status: rows.map((r) => r[2] ?? 0),
  };
}

describe('niceRange', () => {
  it.each([
    [0, 100, [0, 105]],
    [0, 1, [0, 1.05]],
    [20, 80, [15, 85]],
    [80, 90, [79.5, 90.5]], // far from zero: not pulled there
    [15, 100, [0, 105]], // near: ends there
    [-100, -10, [-105, 0]],
    [-50, 50, [-55, 55]],
    [37, 37, [35, 39]],
    [0, 0, [-1, 1]],
    [-37, -37, [-39, -35]],
  ])('of %d to %d', (lo, hi, range) => {
    expect(niceRange(lo, hi)).toEqual(range);
  });

  it('is 0 to 1 without data', () => {
    expect(niceRange(NaN, 1)).toEqual([0, 1]);
    expect(niceRange(Infinity, -Infinity)).toEqual([0, 1]);
  });

  it('takes extremes', () => {
    expect(niceRange(-1.7e308, 1.7e308)).toEqual([-1.7e308, 1.7e308]);
    const [min, max] = niceRange(1e15, 1e15 + 2);
    expect(min).toBeLessThan(1e15);
    expect(max).toBeGreaterThan(1e15 + 2);
  });

  it('holds the data with some room, and not much more', () => {
    withSeeds(50, (r) => {
      for (let i = 0; i < 100; i++) {
        const size = 10 ** r.int(-200, 200);
        const lo = (r.next() - 0.5) * size;
        const hi = r.chance(0.1) ? lo : lo + r.next() * size * 10 ** -r.int(0, 8);
        const [min, max] = niceRange(lo, hi);
        expect(min).toBeLessThanOrEqual(lo);
        expect(max).toBeGreaterThanOrEqual(hi);
        expect(min).toBeLessThan(max);
        if (hi - lo > Math.abs(lo) * 1e-6) {
          expect(max - min).toBeLessThan((hi - lo) * 1.6);
        }
        // never across zero unless the data are
        expect(lo >= 0 && min < 0 && hi > lo).toBe(false);
        expect(hi <= 0 && max > 0 && hi > lo).toBe(false);
      }
    });
  });
});

describe('logRange', () => {
  it.each([
    [3, 700, [2, 1000]],
    [1, 1000, [1, 1000]],
    [10, 10, [5, 20]],
    [-5, 100, [0.1, 100]],
    [0, 100, [0.1, 100]],
    [-5, -1, [1, 10]],
    [NaN, 5, [1, 10]],
  ])('of %d to %d', (lo, hi, range) => {
    expect(logRange(lo, hi)).toEqual(range);
  });

  it('holds positive data', () => {
    withSeeds(30, (r) => {
      for (let i = 0; i < 100; i++) {
        const lo = 10 ** (r.next() * 600 - 300);
        const hi = lo * 10 ** (r.next() * 5);
        const [min, max] = logRange(lo, hi);
        expect(min).toBeGreaterThan(0);
        expect(min).toBeLessThanOrEqual(lo * (1 + 1e-8));
        expect(max).toBeGreaterThanOrEqual(hi * (1 - 1e-8));
        expect(min).toBeLessThan(max);
      }
    });
  });
});

describe('dataRange', () => {
  it('counts what is inside, both ends included', () => {
    const s = samples([0, 100], [10, 1], [20, 5], [30, -3], [40, 100]);
    expect(dataRange(s, 10, 30)).toEqual([-3, 5]);
  });

  it('interpolates at the edges', () => {
    const s = samples([0, 0], [10, 10], [20, 0]);
    expect(dataRange(s, 5, 8)).toEqual([5, 8]);
    expect(dataRange(s, 8, 15)).toEqual([5, 10]);
  });

  it('holds at the edges of stepped tags', () => {
    const s = samples([0, 0], [10, 10], [20, 0]);
    expect(dataRange(s, 5, 8, { step: true })).toEqual([0, 0]);
    expect(dataRange(s, 12, 15, { step: true })).toEqual([10, 10]);
  });

  it('leaves out Bad and holds the value before it', () => {
    const s = samples([0, 4], [10, 900, BAD], [20, 7, UNCERTAIN], [30, 8]);
    expect(dataRange(s, 5, 30)).toEqual([4, 8]);
    expect(dataRange(s, 12, 18)).toBeNull();
    expect(dataRange(s, 12, 20)).toEqual([7, 7]);
    expect(dataRange(s, 2, 8)).toEqual([4, 4]);
  });

  it('counts the last value if nothing follows, and nothing before the first', () => {
    const s = samples([0, 4]);
    expect(dataRange(s, 10, 20)).toEqual([4, 4]);
    expect(dataRange(s, -20, -10)).toBeNull();
    expect(dataRange(samples(), 0, 1)).toBeNull();
  });

  it('leaves out null, NaN and infinite values, and what a logarithm does not take', () => {
    const s = samples([0, null], [1, NaN], [2, Infinity], [3, -5], [4, 0], [5, 2]);
    expect(dataRange(s, 0, 9)).toEqual([-5, 2]);
    expect(dataRange(s, 0, 9, { positiveOnly: true })).toEqual([2, 2]);
  });

  it('is the range of a dense drawing', () => {
    withSeeds(100, (r) => {
      const rows: [number, number | null, number?][] = [];
      for (let t = r.int(0, 5), n = r.int(0, 12); n > 0; n--, t += r.int(1, 9)) {
        rows.push([t, r.chance(0.1) ? null : r.int(-50, 50), r.chance(0.2) ? BAD : 0]);
      }
      const s = samples(...rows);
      const start = r.int(0, 60);
      const end = start + r.int(1, 40);
      const step = r.chance(0.5);
      let lo = Infinity;
      let hi = -Infinity;
      const see = (v: number): void => {
        lo = Math.min(lo, v);
        hi = Math.max(hi, v);
      };
      // every half unit of time, by the definition; whole ones are the samples' own
      for (let t = start; t <= end; t += 0.5) {
        const before = rows.findLastIndex((row) => row[0] <= t);
        const p = before < 0 ? null : usableValue(s, before);
        if (p === null) {
          continue;
        }
        const n = before + 1 < rows.length ? usableValue(s, before + 1) : null;
        if (step || n === null || rows[before]![0] === t) {
          see(p);
        } else {
          const [t0, t1] = [rows[before]![0], rows[before + 1]![0]];
          see(p + ((n - p) * (t - t0)) / (t1 - t0));
        }
      }
      const range = dataRange(s, start, end, { step });
      if (lo > hi) {
        expect(range).toBeNull();
      } else {
        expect(range?.[0]).toBeCloseTo(lo, 9);
        expect(range?.[1]).toBeCloseTo(hi, 9);
      }
    });
  });
});

describe('laneRange', () => {
  it('fills the whole height alone', () => {
    expect(laneRange(0, 10, 0, 1, 0)).toEqual([0, 10]);
  });

  it('puts lane 0 on top', () => {
    expect(laneRange(0, 10, 0, 2, 0)).toEqual([-10, 10]);
    expect(laneRange(0, 10, 1, 2, 0)).toEqual([0, 20]);
  });

  it('fills just its lane', () => {
    withSeeds(50, (r) => {
      const lo = r.next() * 100 - 50;
      const hi = lo + r.next() * 100 + 0.1;
      const count = r.int(1, 10);
      const lane = r.int(0, count - 1);
      const gap = r.next() * 0.5;
      const [min, max] = laneRange(lo, hi, lane, count, gap);
      const height = (v: number): number => (v - min) / (max - min);
      expect(height(lo)).toBeCloseTo((count - 1 - lane + gap / 2) / count, 9);
      expect(height(hi)).toBeCloseTo((count - lane - gap / 2) / count, 9);
    });
  });

  it('survives flat data', () => {
    const [min, max] = laneRange(5, 5, 0, 3, 0.1);
    expect(min).toBeLessThan(max);
  });
});

describe('formatValue', () => {
  it.each([
    [87.345, 0, 100, '87.3'],
    [87, 0, 100, '87.0'],
    [87.346, 80, 90, '87.35'],
    [0.12345, 0, 1, '0.123'],
    [1234.5678, 0, 5000, '1235'],
    [-0.0001, -50, 50, '0.0'],
    [0, 0, 0, '0.000'],
    [42, 42, 42, '42.00'],
    [1.5e13, 0, 2e13, '1.5e13'],
    [1.23456e-9, 0, 2e-9, '1.235e-9'],
    [0, 0, 2e-9, '0'],
    [NaN, 0, 1, 'NaN'],
    [Infinity, 0, 1, '∞'],
    [-Infinity, 0, 1, '-∞'],
  ])('%d in %d to %d', (v, lo, hi, text) => {
    expect(formatValue(v, lo, hi)).toBe(text);
  });

  it('tells a thousandth of the range apart and stays near the value', () => {
    withSeeds(40, (r) => {
      for (let i = 0; i < 100; i++) {
        const span = 10 ** (r.next() * 30 - 15);
        const lo = (r.next() - 0.5) * span * 10;
        const v = lo + r.next() * span;
        const text = formatValue(v, lo, lo + span);
        const room = span * 0.00051 + Math.abs(v) * 1e-15;
        expect(Math.abs(Number(text) - v)).toBeLessThanOrEqual(room);
        expect(text.length).toBeLessThan(24);
      }
    });
  });
});

describe('valueTicks', () => {
  it.each([
    [0, 100, 6, false, [0, 20, 40, 60, 80, 100]],
    [0, 1, 6, false, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0.05, 0.35, 8, false, [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35]],
    [-3, 3, 4, false, [-2, 0, 2]],
    [1, 1000, 10, true, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]],
    [1, 1000, 5, true, [1, 10, 100, 1000]],
    [1e-6, 1e6, 5, true, [1e-6, 1e-3, 1, 1e3, 1e6]],
    [30, 40, 6, true, [30, 32, 34, 36, 38, 40]],
    [-5, 5, 3, true, [-5, 0, 5]], // not for a logarithm
    [1, 1, 5, false, []],
    [NaN, 1, 5, false, []],
    [0, 1, 0, false, []],
  ])('%d to %d, %d, log %s', (lo, hi, n, log, expected) => {
    expect(valueTicks(lo, hi, n, log)).toEqual(expected);
  });

  it('is bounded, inside, in order and even', () => {
    withSeeds(40, (r) => {
      for (let i = 0; i < 100; i++) {
        const size = 10 ** r.int(-250, 250);
        const lo = (r.next() - 0.5) * size;
        const hi = lo + (r.next() + 1e-9) * size * 10 ** -r.int(0, 9);
        const n = r.int(2, 15);
        const log = r.chance(0.5);
        const found = valueTicks(lo, hi, n, log);
        expect(found.length).toBeLessThanOrEqual(n);
        if (n >= 4 && hi - lo > Math.abs(lo) * 1e-9) {
          expect(found.length).toBeGreaterThanOrEqual(1);
        }
        const room = (hi - lo) * 1e-6;
        found.forEach((v, k) => {
          expect(v).toBeGreaterThanOrEqual(lo - room);
          expect(v).toBeLessThanOrEqual(hi + room);
          if (k > 0) {
            expect(v).toBeGreaterThan(found[k - 1]!);
          }
        });
      }
    });
  });
});

describe('texts of ticks', () => {
  it('have the decimals that the finest needs', () => {
    expect(tickTexts([0, 25, 50])).toEqual(['0', '25', '50']);
    expect(tickTexts([0, 0.5, 1])).toEqual(['0.0', '0.5', '1.0']);
    expect(tickTexts([-0.25, 0, 0.25])).toEqual(['-0.25', '0.00', '0.25']);
    expect(tickTexts([1e22, 2e22])).toEqual(['1e+22', '2e+22']);
    expect(tickTexts([])).toEqual([]);
  });
});
