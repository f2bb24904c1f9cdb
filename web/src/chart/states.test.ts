import { describe, expect, it } from 'vitest';
import type { Samples } from '../model';
import { withSeeds } from '../testing';
import { busyBars, stateBars, type StateBar } from './states';

const BAD = 0x80000000;
const NO_COMMUNICATION = 0x80310000;
const VALVE = ['Closed', 'Opening', 'Open', 'Fault'];

function samples(...rows: [number, number | string | null, number?][]): Samples {
  return {
    timeMs: rows.map((r) => r[0]),
    ts: rows.map((r) => String(r[0])),
    value: rows.map((r) => (typeof r[1] === 'number' ? r[1] : null)),
    text: rows.map((r) => (typeof r[1] === 'string' ? r[1] : null)),
    status: rows.map((r) => r[2] ?? 0),
  };
}

const brief = (bars: StateBar[]): [number, number, string][] =>
  bars.map((b) => [b.startMs, b.endMs, b.text]);

describe('stateBars', () => {
  it('names the states and holds the last', () => {
    const bars = stateBars(samples([0, 0], [10, 1], [12, 2]), VALVE, 50);
    expect(brief(bars)).toEqual([
      [0, 10, 'Closed'],
      [10, 12, 'Opening'],
      [12, 50, 'Open'],
    ]);
    expect(bars.map((b) => b.ordinal)).toEqual([0, 1, 2]);
  });

  it('merges equal neighbours, whatever else a Good status says', () => {
    const bars = stateBars(samples([0, 2, 0x02], [10, 2], [20, 2], [30, 0]), VALVE, 50);
    expect(brief(bars)).toEqual([
      [0, 30, 'Open'],
      [30, 50, 'Closed'],
    ]);
  });

  it('knows bool and string tags and unknown ordinals', () => {
    expect(brief(stateBars(samples([0, 0], [1, 1]), [], 2))).toEqual([
      [0, 1, 'false'],
      [1, 2, 'true'],
    ]);
    const strings = stateBars(samples([0, 'Heat'], [1, 'Heat'], [2, 'React'], [3, '']), [], 4);
    expect(brief(strings)).toEqual([
      [0, 2, 'Heat'],
      [2, 3, 'React'],
      [3, 4, ''],
    ]);
    expect(strings[0]?.ordinal).toBeNull();
    expect(brief(stateBars(samples([0, 7]), VALVE, 1))).toEqual([[0, 1, '7']]);
    expect(brief(stateBars(samples([0, 5]), [], 1))).toEqual([[0, 1, '5']]);
  });

  it('shows Bad times with their reason', () => {
    const bars = stateBars(
      samples([0, 2], [10, null, BAD], [20, null, NO_COMMUNICATION], [30, 2]),
      VALVE,
      40,
    );
    expect(bars).toEqual([
      { startMs: 0, endMs: 10, ordinal: 2, text: 'Open', quality: 'good', status: 0 },
      { startMs: 10, endMs: 20, ordinal: null, text: '', quality: 'bad', status: BAD },
      { startMs: 20, endMs: 30, ordinal: null, text: '', quality: 'bad', status: NO_COMMUNICATION },
      { startMs: 30, endMs: 40, ordinal: 2, text: 'Open', quality: 'good', status: 0 },
    ]);
  });

  it('ends at the end', () => {
    expect(stateBars(samples([50, 1]), VALVE, 50)).toEqual([]);
    expect(brief(stateBars(samples([0, 1], [60, 2]), VALVE, 50))).toEqual([[0, 50, 'Opening']]);
    expect(stateBars(samples(), VALVE, 50)).toEqual([]);
  });
});

describe('busyBars', () => {
  const toggling = (from: number, every: number, count: number): [number, number][] =>
    Array.from({ length: count }, (_, i) => [from + i * every, i % 2]);

  it('leaves wide bars alone', () => {
    const bars = stateBars(samples([0, 0], [30, 1], [60, 0]), [], 100);
    expect(busyBars(bars, 0, 100, 100)).toEqual(bars.map((b) => ({ ...b, busy: false })));
  });

  it('merges what toggles faster than the eye', () => {
    const bars = stateBars(samples([0, 0], ...toggling(31, 1, 20), [51, 0]), [], 100);
    const drawn = busyBars(bars, 0, 100, 100);
    // the first of the 20 is still "false", so the wide bar ends at 32
    expect(drawn.map((b) => [b.busy, b.startMs, b.endMs])).toEqual([
      [false, 0, 32],
      [true, 32, 51],
      [false, 51, 100],
    ]);
    expect(drawn[1]).toMatchObject({ count: 19, texts: ['true', 'false'], quality: 'good' });
  });

  it('keeps a single narrow bar', () => {
    const bars = stateBars(samples([0, 0], [50, 1], [50.1, 0]), [], 100);
    expect(busyBars(bars, 0, 100, 100).map((b) => [b.busy, b.startMs])).toEqual([
      [false, 0],
      [false, 50],
      [false, 50.1],
    ]);
  });

  it('tells the worst quality', () => {
    const bars = stateBars(samples([0, 0], [1, null, BAD], [2, 1], [3, 0]), [], 100);
    expect(busyBars(bars, 0, 100, 100)[0]).toMatchObject({ busy: true, count: 3, quality: 'bad' });
  });

  it('does not change while panning', () => {
    withSeeds(50, (r) => {
      const rows: [number, number][] = [];
      for (let t = 0, v = 0; t < 1000; t += r.chance(0.7) ? 1 : r.int(5, 40), v++) {
        rows.push([t, v % 3]);
      }
      const bars = stateBars(samples(...rows), VALVE, 1000);
      const all = busyBars(bars, 0, 500, 500);
      const whole = busyBars(bars, 0, 1000, 1000);
      const start = r.int(0, 500);
      const part = busyBars(bars, start, start + 500, 500);
      expect(part).toEqual(whole.filter((b) => b.endMs > start && b.startMs < start + 500));
      expect(all).toEqual(whole.filter((b) => b.endMs > 0 && b.startMs < 500));
    });
  });

  it('loses no time and no change', () => {
    withSeeds(100, (r) => {
      const rows: [number, number, number?][] = [];
      for (let t = 0; t < 500; t += 10 ** (r.next() * 3 - 1)) {
        rows.push([t, r.int(0, 3), r.chance(0.1) ? BAD : 0]);
      }
      const bars = stateBars(samples(...rows), VALVE, 500);
      const drawn = busyBars(bars, 0, 500, 250, 4);
      expect(drawn[0]?.startMs).toBe(bars[0]?.startMs);
      expect(drawn.at(-1)?.endMs).toBe(500);
      expect(drawn.reduce((n, b) => n + (b.busy ? b.count : 1), 0)).toBe(bars.length);
      drawn.forEach((b, i) => {
        const before = drawn[i - 1];
        if (before !== undefined) {
          expect(b.startMs).toBe(before.endMs);
          // of two neighbours one is wide
          const wider = Math.max(b.endMs - b.startMs, before.endMs - before.startMs);
          expect(wider).toBeGreaterThanOrEqual(8);
        }
      });
    });
  });

  it('takes a chart without width', () => {
    const bars = stateBars(samples([0, 0], [30, 1], [60, 0]), [], 100);
    expect(busyBars(bars, 0, 100, 0)).toMatchObject([{ busy: true, count: 3 }]);
    expect(busyBars([], 0, 100, 100)).toEqual([]);
  });
});
