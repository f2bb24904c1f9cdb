import { describe, expect, it } from 'vitest';
import type { Samples } from '../model';
import { withSeeds } from '../testing';
import { appendLive } from './append';

function samples(...rows: [number, number | null][]): Samples {
  return {
    timeMs: rows.map((r) => r[0]),
    ts: rows.map((r) => `t${r[0]}`),
    value: rows.map((r) => r[1]),
    text: rows.map((r) => (r[1] === null ? 'none' : null)),
    status: rows.map((r) => (r[1] === null ? 0x80000000 : 0)),
  };
}

describe('appendLive', () => {
  it('appends newer samples in place', () => {
    const s = samples([0, 1], [10, 2]);
    const times = s.timeMs;
    expect(appendLive(s, samples([20, 3], [30, null]), 0)).toBe(s);
    expect(s.timeMs).toBe(times);
    expect(s).toEqual(samples([0, 1], [10, 2], [20, 3], [30, null]));
  });

  it('replaces one at the same time', () => {
    const s = samples([0, 1], [10, 2], [20, 3]);
    appendLive(s, samples([10, null]), 0);
    expect(s).toEqual(samples([0, 1], [10, null], [20, 3]));
    appendLive(s, samples([20, 9]), 0);
    expect(s).toEqual(samples([0, 1], [10, null], [20, 9]));
  });

  it('puts late ones in order', () => {
    const s = samples([10, 1], [20, 2], [30, 3]);
    appendLive(s, samples([5, 0], [15, 1.5], [25, 2.5], [35, 4]), 0);
    expect(s.timeMs).toEqual([5, 10, 15, 20, 25, 30, 35]);
    expect(s.value).toEqual([0, 1, 1.5, 2, 2.5, 3, 4]);
    expect(s.ts).toEqual(['t5', 't10', 't15', 't20', 't25', 't30', 't35']);
  });

  it('drops what is older, except the value at the left edge', () => {
    const s = samples([0, 1], [10, 2], [20, 3], [30, 4]);
    appendLive(s, samples([40, 5]), 25);
    expect(s.timeMs).toEqual([20, 30, 40]);
    appendLive(s, samples(), 30);
    expect(s.timeMs).toEqual([20, 30, 40]);
    appendLive(s, samples(), 1000);
    expect(s).toEqual(samples([40, 5]));
  });

  it('takes nothing into nothing, and much', () => {
    expect(appendLive(samples(), samples(), 0)).toEqual(samples());
    const index = Array.from({ length: 200_000 }, (_, i) => i);
    const many: Samples = {
      timeMs: index,
      ts: index.map(String),
      value: index,
      text: index.map(() => null),
      status: index.map(() => 0),
    };
    expect(appendLive(samples([-1, 0]), many, 0).timeMs).toHaveLength(200_001);
  });

  it('is a map by time', () => {
    withSeeds(200, (r) => {
      const expected = new Map<number, number | null>();
      const s = samples();
      let start = 0;
      for (let round = r.int(1, 8); round > 0; round--) {
        const rows: [number, number | null][] = [];
        for (let n = r.int(0, 8); n > 0; n--) {
          rows.push([r.int(start, start + 60), r.chance(0.2) ? null : r.int(0, 99)]);
        }
        rows.forEach(([t, v]) => expected.set(t, v));
        start += r.int(0, 20);
        appendLive(s, samples(...rows), start);
        const times = [...expected.keys()].sort((a, b) => a - b);
        const edge = times.findLast((t) => t < start) ?? -Infinity;
        times.filter((t) => t < edge).forEach((t) => expected.delete(t));
        const kept = times
          .filter((t) => t >= edge)
          .map((t): [number, number | null] => [t, expected.get(t) ?? null]);
        expect(s).toEqual(samples(...kept));
      }
    });
  });
});
