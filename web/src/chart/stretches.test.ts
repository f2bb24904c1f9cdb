import { describe, expect, it } from 'vitest';
import { qualityOf, type Samples } from '../model';
import { withSeeds, type Random } from '../testing';
import { usableValue } from './scales';
import { lineSegments, stretches } from './stretches';

const BAD = 0x80000000;
const NO_COMMUNICATION = 0x80310000;
const UNCERTAIN = 0x40000000;

function samples(...rows: [number, number | null, number?][]): Samples {
  return {
    timeMs: rows.map((r) => r[0]),
    ts: rows.map((r) => String(r[0])),
    value: rows.map((r) => r[1]),
    text: rows.map(() => null),
    status: rows.map((r) => r[2] ?? 0),
  };
}

function someSamples(r: Random): Samples {
  const rows: [number, number | null, number?][] = [];
  for (let t = r.int(0, 5), n = r.int(0, 20); n > 0; n--, t += r.int(1, 9)) {
    const status = r.pick([0, 0, 0, 0, UNCERTAIN, BAD, NO_COMMUNICATION]);
    rows.push([t, r.chance(0.15) ? null : r.int(-9, 9), status]);
  }
  return samples(...rows);
}

describe('stretches', () => {
  it('lasts to the next sample of another status', () => {
    const bad = samples([0, 1], [10, null, BAD], [20, null, BAD], [30, 1]);
    expect(stretches(bad, 60)).toEqual([{ startMs: 10, endMs: 30, quality: 'bad', status: BAD }]);
    const s = samples([10, null, BAD], [30, 1], [40, 2, UNCERTAIN], [50, 3]);
    expect(stretches(s, 60)).toEqual([
      { startMs: 10, endMs: 30, quality: 'bad', status: BAD },
      { startMs: 40, endMs: 50, quality: 'uncertain', status: UNCERTAIN },
    ]);
  });

  it('tells reasons apart', () => {
    const s = samples([10, null, BAD], [20, null, NO_COMMUNICATION], [30, 5, UNCERTAIN], [40, 1]);
    expect(stretches(s, 60).map((x) => [x.startMs, x.endMs, x.status])).toEqual([
      [10, 20, BAD],
      [20, 30, NO_COMMUNICATION],
      [30, 40, UNCERTAIN],
    ]);
  });

  it('leaves the last one open to the end, and none beyond', () => {
    expect(stretches(samples([10, null, BAD]), 60)).toEqual([
      { startMs: 10, endMs: 60, quality: 'bad', status: BAD },
    ]);
    expect(stretches(samples([10, null, BAD], [90, 1]), 60)[0]?.endMs).toBe(60);
    expect(stretches(samples([60, null, BAD]), 60)).toEqual([]);
    expect(stretches(samples([70, null, BAD], [80, 1]), 60)).toEqual([]);
    expect(stretches(samples(), 60)).toEqual([]);
  });

  it('covers exactly the time in which the newest sample is not Good', () => {
    withSeeds(200, (r) => {
      const s = someSamples(r);
      const end = r.int(0, 120);
      const found = stretches(s, end);
      found.forEach((x, i) => {
        expect(x.endMs).toBeGreaterThan(x.startMs);
        expect(x.quality).toBe(qualityOf(x.status));
        if (i > 0) {
          expect(x.startMs).toBeGreaterThanOrEqual(found[i - 1]!.endMs);
        }
      });
      for (let t = 0; t < end; t++) {
        const newest = s.timeMs.findLastIndex((at) => at <= t);
        const status = newest < 0 ? 0 : s.status[newest]!;
        const at = found.find((x) => x.startMs <= t && t < x.endMs);
        expect(at?.status ?? 0).toBe(status);
      }
    });
  });
});

describe('lineSegments', () => {
  it('runs through Good and Uncertain values', () => {
    expect(lineSegments(samples([0, 1], [10, 5, UNCERTAIN], [20, 3]), false)).toEqual([
      { timeMs: [0, 10, 20], value: [1, 5, 3] },
    ]);
  });

  it('holds the last value up to a Bad sample, then breaks', () => {
    const s = samples([0, 1], [10, 5], [20, 99, BAD], [30, null, BAD], [40, 3], [50, 4]);
    const expected = [
      { timeMs: [0, 10, 20], value: [1, 5, 5] },
      { timeMs: [40, 50], value: [3, 4] },
    ];
    expect(lineSegments(s, false)).toEqual(expected);
    expect(lineSegments(s, true)).toEqual([
      { timeMs: [0, 10, 10, 20], value: [1, 1, 5, 5] },
      { timeMs: [40, 50, 50], value: [3, 3, 4] },
    ]);
  });

  it('draws steps', () => {
    expect(lineSegments(samples([0, 1], [10, 5], [20, 5]), true)).toEqual([
      { timeMs: [0, 10, 10, 20, 20], value: [1, 1, 5, 5, 5] },
    ]);
    expect(lineSegments(samples([0, 1]), true, 30)).toEqual([{ timeMs: [0, 30], value: [1, 1] }]);
    expect(lineSegments(samples([0, 1]), false, 30)).toEqual([{ timeMs: [0], value: [1] }]);
    expect(lineSegments(samples([0, 1], [9, null, BAD]), true, 30)).toEqual([
      { timeMs: [0, 9], value: [1, 1] },
    ]);
  });

  it('makes a lonely sample a point and breaks where there is no value', () => {
    const s = samples([0, 1], [10, null], [20, 5], [30, NaN], [40, 7], [50, 8]);
    expect(lineSegments(s, false)).toEqual([
      { timeMs: [0], value: [1] },
      { timeMs: [20], value: [5] },
      { timeMs: [40, 50], value: [7, 8] },
    ]);
  });

  it('has no line for nothing', () => {
    expect(lineSegments(samples(), true)).toEqual([]);
    expect(lineSegments(samples([0, null], [1, 4, BAD]), false)).toEqual([]);
  });

  it('holds every usable sample once and never crosses one that is not', () => {
    withSeeds(200, (r) => {
      const s = someSamples(r);
      const step = r.chance(0.5);
      const found = lineSegments(s, step);
      let points = 0;
      s.timeMs.forEach((t, i) => {
        const value = usableValue(s, i);
        const through = found.filter((x) => x.timeMs[0]! <= t && t <= x.timeMs.at(-1)!);
        if (value !== null) {
          points++;
          const values = through.flatMap((x) => x.value.filter((_, k) => x.timeMs[k] === t));
          expect(values).toContain(value);
        } else {
          // a line may reach it but not go on
          expect(through.every((x) => x.timeMs.at(-1) === t)).toBe(true);
        }
      });
      const drawn = found.reduce((n, x) => n + x.timeMs.length, 0);
      expect(drawn).toBeGreaterThanOrEqual(points);
      expect(drawn).toBeLessThanOrEqual(2 * points);
      for (const x of found) {
        for (let k = 1; k < x.timeMs.length; k++) {
          expect(x.timeMs[k]!).toBeGreaterThanOrEqual(x.timeMs[k - 1]!);
          if (step && x.value[k] !== x.value[k - 1]) {
            expect(x.timeMs[k]).toBe(x.timeMs[k - 1]);
          }
        }
      }
    });
  });
});
