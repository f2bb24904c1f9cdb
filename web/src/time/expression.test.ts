import { describe, expect, it } from 'vitest';
import { withSeeds } from '../testing';
import { parseTime, resolveRange } from './expression';
import vectors from './expressions.json';
import { formatTime } from './zone';

const BERLIN = 'Europe/Berlin';
const NOW = Date.parse('2026-07-16T15:30:20.123+02:00');

interface Vector {
  now: string;
  zone: string;
  text: string;
  /** What it means; or, if it is no time, where and why not. */
  instant?: string;
  position?: number;
  found?: string;
  expected?: string;
  /** No int64 of nanoseconds; whether parsing or resolving says so is open. */
  outOfRange?: boolean;
  /** A time in general, but not at this `now`. */
  refusedThen?: boolean;
}

/** Exact nanoseconds of an ISO date-time with offset, by other means than the parser under test. */
function nanoseconds(iso: string): bigint {
  const match = /^(.{19})(?:\.(\d+))?(.+)$/.exec(iso);
  const fraction = BigInt((match?.[2] ?? '').padEnd(9, '0'));
  return BigInt(Date.parse(`${match?.[1]}${match?.[3]}`)) * 1_000_000n + fraction;
}

describe('the vectors that the server is tested with too', () => {
  it.each(vectors as Vector[])('$text', (v) => {
    const parsed = parseTime(v.text);
    if (v.position !== undefined) {
      expect(parsed).toMatchObject({
        ok: false,
        position: v.position,
        found: v.found,
        expected: v.expected,
      });
      return;
    }
    const now = nanoseconds(v.now);
    if (v.instant !== undefined) {
      if (!parsed.ok) {
        throw new Error(JSON.stringify(parsed));
      }
      expect(parsed.resolveNs(now, v.zone)).toBe(nanoseconds(v.instant));
    } else if (v.refusedThen === true || parsed.ok) {
      expect(parsed.ok).toBe(true);
      expect(() => parsed.ok && parsed.resolveNs(now, v.zone)).toThrow(RangeError);
    } else {
      expect(parsed.expected).toBe('a time from 1677-09-21 to 2262-04-11');
    }
  });
});

describe('parseTime', () => {
  it('knows bare offsets', () => {
    expect(parseTime('-8h')).toMatchObject({ ok: true, bareOffset: true });
    expect(parseTime('+1d-1h')).toMatchObject({ ok: true, bareOffset: true });
    expect(parseTime('*-8h')).toMatchObject({ ok: true, bareOffset: false });
    expect(parseTime('-1767225600000000000')).toMatchObject({ ok: true, bareOffset: false });
  });

  it('names the units in the hint', () => {
    const error = parseTime('*-8x');
    expect(error).toMatchObject({ ok: false, position: 4, found: '"x"' });
    expect(!error.ok && error.hint).toContain('s, m, h, d, w, mo, y, ms, us, ns');
  });

  it('hints at a lost plus', () => {
    const error = parseTime('t 6h');
    expect(!error.ok && error.hint).toBe('write + or - before a duration, as in t+6h');
  });

  it('hints at dates with single digits', () => {
    for (const text of ['2026-1-1', '2026-1-19', '2026-01-1']) {
      const error = parseTime(text);
      expect(!error.ok && error.hint).toContain('2026-01-09');
    }
  });

  it('refuses a long text', () => {
    expect(parseTime('*' + '-1h'.repeat(100_000))).toMatchObject({ ok: false, position: 201 });
    expect(parseTime('*' + '-1h'.repeat(66))).toMatchObject({ ok: true });
  });

  it('says which days the month has', () => {
    const parsed = parseTime('31');
    const february = Date.parse('2026-02-10T00:00:00Z');
    expect(() => parsed.ok && parsed.resolve(february, BERLIN)).toThrow(
      'the current month, 2026-02, has 28 days and no day 31',
    );
  });

  it('keeps the fraction of a millisecond', () => {
    const parsed = parseTime('*-250us');
    expect(parsed.ok && parsed.resolve(NOW + 0.5, BERLIN)).toBe(NOW + 0.25);
    const exact = parseTime('1970-01-01T00:00:00.0000015Z');
    expect(exact.ok && exact.resolve(NOW, BERLIN)).toBe(0.0015);
    const before = parseTime('1970-01-01T00:00:00Z-1us');
    expect(before.ok && before.resolve(NOW, BERLIN)).toBeCloseTo(-0.001, 12);
  });

  it('takes any text without an exception, and positions lie inside', () => {
    const alphabet = '*ty+-0123456789 hdmosw.:TZ\'"\u00b5\u{1F600}\0'.split('');
    withSeeds(30, (r) => {
      for (let n = 0; n < 1000; n++) {
        let text = '';
        for (let i = r.int(0, 14); i >= 0; i--) {
          text += r.pick(alphabet);
        }
        const parsed = parseTime(text);
        if (parsed.ok) {
          try {
            expect(Number.isFinite(parsed.resolve(NOW, BERLIN))).toBe(true);
          } catch (e) {
            expect(e).toBeInstanceOf(RangeError);
          }
        } else {
          expect(parsed.position).toBeGreaterThanOrEqual(1);
          expect(parsed.position).toBeLessThanOrEqual(text.length + 1);
          expect(parsed.found).not.toBe('');
          expect(parsed.expected).not.toBe('');
          expect(parsed.hint).not.toBe('');
        }
      }
    });
  });

  it('reads what formatTime writes', () => {
    withSeeds(10, (r) => {
      for (let n = 0; n < 200; n++) {
        const at = r.int(0, 4_000_000_000_000);
        const parsed = parseTime(formatTime(at, BERLIN, 'ms', true));
        expect(parsed.ok && parsed.resolve(NOW, 'UTC')).toBe(at);
        // without the offset too, since the fold hour carries it
        const local = parseTime(formatTime(at, BERLIN, 'ms'));
        expect(local.ok && local.resolve(NOW, BERLIN)).toBe(at);
      }
    });
  });
});

describe('resolveRange', () => {
  const HOUR = 3_600_000;

  it('takes a bare end from the start and a bare start from now', () => {
    expect(resolveRange('t-1d', '+8h', NOW, BERLIN)).toEqual({
      ok: true,
      startMs: Date.parse('2026-07-15T00:00:00+02:00'),
      endMs: Date.parse('2026-07-15T08:00:00+02:00'),
    });
    expect(resolveRange('-8h', '*', NOW, BERLIN)).toEqual({
      ok: true,
      startMs: NOW - 8 * HOUR,
      endMs: NOW,
    });
    // 23 hours: the start decides which day is meant
    expect(resolveRange('2026-03-29', '+1d', NOW, BERLIN)).toEqual({
      ok: true,
      startMs: Date.parse('2026-03-29T00:00:00+01:00'),
      endMs: Date.parse('2026-03-30T00:00:00+02:00'),
    });
  });

  it('says which of the two is wrong', () => {
    expect(resolveRange('*-8x', '*', NOW, BERLIN)).toMatchObject({
      ok: false,
      field: 'start',
      position: 4,
    });
    expect(resolveRange('*-8h', '', NOW, BERLIN)).toMatchObject({
      ok: false,
      field: 'end',
      position: 1,
    });
    expect(resolveRange('2262-01-01', '+1y', NOW, BERLIN)).toMatchObject({
      ok: false,
      field: 'end',
      hint: 'the time is outside from 1677-09-21 to 2262-04-11',
    });
  });

  it('refuses an empty range', () => {
    for (const end of ['*', '*-1h', '+0s', '-1d']) {
      expect(resolveRange('*', end, NOW, BERLIN)).toMatchObject({
        ok: false,
        field: 'end',
        found: `"${end}"`,
        expected: 'a time after the start',
        hint: 'the range is empty',
      });
    }
  });
});
