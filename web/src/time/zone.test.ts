import { describe, expect, it } from 'vitest';
import { withSeeds } from '../testing';
import {
  describeDuration,
  formatOffset,
  formatTime,
  instantOf,
  isZone,
  offsetAt,
  startOfDay,
  ticks,
  wallOf,
} from './zone';

const BERLIN = 'Europe/Berlin';
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const ms = (iso: string): number => Date.parse(iso);
/** A wall clock reading as zone.ts writes it. */
const wall = (local: string): number => Date.parse(`${local}Z`);

const ZONES = [
  BERLIN,
  'UTC',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Auckland',
  'Africa/Casablanca',
  '+05:30',
];

describe('offsetAt', () => {
  it.each([
    ['2026-01-01T00:00:00Z', BERLIN, 1 * HOUR],
    ['2026-07-01T00:00:00Z', BERLIN, 2 * HOUR],
    ['2026-03-29T00:59:59.999Z', BERLIN, 1 * HOUR],
    ['2026-03-29T01:00:00Z', BERLIN, 2 * HOUR],
    ['2026-10-25T00:59:59.999Z', BERLIN, 2 * HOUR],
    ['2026-10-25T01:00:00Z', BERLIN, 1 * HOUR],
    ['2026-01-01T00:00:00Z', 'Asia/Kathmandu', 5.75 * HOUR],
    ['2026-01-01T00:00:00Z', 'Australia/Lord_Howe', 11 * HOUR],
    ['2026-07-01T00:00:00Z', 'Australia/Lord_Howe', 10.5 * HOUR],
    // Newfoundland used to change at one minute past midnight
    ['2010-11-07T02:30:59.999Z', 'America/St_Johns', -2.5 * HOUR],
    ['2010-11-07T02:31:00Z', 'America/St_Johns', -3.5 * HOUR],
    ['1800-01-01T00:00:00Z', BERLIN, 53 * MINUTE + 28_000],
    ['1677-09-22T00:00:00Z', BERLIN, 53 * MINUTE + 28_000],
    ['2026-01-01T00:00:00Z', 'UTC', 0],
    ['2026-01-01T00:00:00Z', 'Z', 0],
    ['2026-01-01T00:00:00Z', '+02:00', 2 * HOUR],
    ['2026-01-01T00:00:00Z', 'UTC-03:30', -3.5 * HOUR],
  ])('at %s in %s', (at, zone, offset) => {
    expect(offsetAt(ms(at), zone)).toBe(offset);
  });

  it('refuses a zone nobody knows', () => {
    expect(() => offsetAt(0, 'Europe/Atlantis')).toThrow(RangeError);
    expect(isZone('Europe/Atlantis')).toBe(false);
    expect(isZone('')).toBe(false);
    expect(isZone(BERLIN)).toBe(true);
  });

  it('answers the same from its memory as Intl does', () => {
    withSeeds(20, (r) => {
      const zone = r.pick(ZONES.filter((z) => !z.startsWith('+')));
      const format = new Intl.DateTimeFormat('sv-SE', {
        timeZone: zone,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      for (let i = 0; i < 200; i++) {
        const at = r.int(0, 2_000_000_000) * 1000;
        expect(new Date(wallOf(at, zone)).toISOString().slice(0, 19).replace('T', ' ')).toBe(
          format.format(at),
        );
      }
    });
  });
});

describe('instantOf', () => {
  it.each([
    ['2026-07-16T15:30:20', BERLIN, '2026-07-16T13:30:20Z'],
    // a gap moves on by its length, also where that is half an hour or a day
    ['2026-03-29T02:00:00', BERLIN, '2026-03-29T01:00:00Z'],
    ['2026-03-29T02:30:00', BERLIN, '2026-03-29T01:30:00Z'],
    ['2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z'],
    ['2011-12-30T10:00:00', 'Pacific/Apia', '2011-12-30T20:00:00Z'],
    // an overlap is its first occurrence
    ['2026-10-25T02:30:00', BERLIN, '2026-10-25T00:30:00Z'],
    ['2026-10-25T03:00:00', BERLIN, '2026-10-25T02:00:00Z'],
    ['2026-10-25T01:59:59', BERLIN, '2026-10-24T23:59:59Z'],
  ])('%s in %s', (local, zone, instant) => {
    expect(instantOf(wall(local), zone)).toBe(ms(instant));
  });

  it('keeps the preferred offset in an overlap only', () => {
    expect(instantOf(wall('2026-10-25T02:30:00'), BERLIN, HOUR)).toBe(ms('2026-10-25T01:30:00Z'));
    expect(instantOf(wall('2026-10-25T02:30:00'), BERLIN, 5 * HOUR)).toBe(
      ms('2026-10-25T00:30:00Z'),
    );
    expect(instantOf(wall('2026-10-25T03:30:00'), BERLIN, 2 * HOUR)).toBe(
      ms('2026-10-25T02:30:00Z'),
    );
  });

  it('finds every instant again by its local time and offset', () => {
    withSeeds(30, (r) => {
      for (let i = 0; i < 200; i++) {
        const zone = r.pick(ZONES);
        const at = r.int(-500_000, 3_000_000) * 15 * MINUTE + r.int(0, 900_000);
        const offset = offsetAt(at, zone);
        expect(instantOf(at + offset, zone, offset)).toBe(at);
      }
    });
  });
});

describe('startOfDay', () => {
  it.each([
    ['2026-07-16T15:30:20', BERLIN, '2026-07-15T22:00:00Z'],
    ['2026-10-25T02:30:00', BERLIN, '2026-10-24T22:00:00Z'],
    // midnight is skipped: the day begins at 01:00
    ['2026-03-08T12:00:00', 'America/Havana', '2026-03-08T05:00:00Z'],
    // midnight happens twice: the first
    ['2026-11-01T12:00:00', 'America/Havana', '2026-11-01T04:00:00Z'],
    // a gap from before midnight to after it: the day begins at its end, 00:30
    ['1919-03-31T12:00:00', 'America/Toronto', '1919-03-31T04:30:00Z'],
    // the day that Samoa left out
    ['2011-12-30T12:00:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ])('of %s in %s', (local, zone, instant) => {
    expect(startOfDay(wall(local), zone)).toBe(ms(instant));
  });
});

describe('formatTime', () => {
  const at = ms('2026-11-24T07:15:30.987Z');

  it('cuts off at the precision', () => {
    expect(formatTime(at, BERLIN, 'day')).toBe('2026-11-24');
    expect(formatTime(at, BERLIN, 'minute')).toBe('2026-11-24 08:15');
    expect(formatTime(at, BERLIN, 'second')).toBe('2026-11-24 08:15:30');
    expect(formatTime(at + 0.999, BERLIN, 'ms')).toBe('2026-11-24 08:15:30.987');
    expect(formatTime(-0.5, 'UTC', 'ms')).toBe('1969-12-31 23:59:59.999');
  });

  it('appends the offset on request', () => {
    expect(formatTime(at, BERLIN, 'second', true)).toBe('2026-11-24 08:15:30+01:00');
    expect(formatTime(at, 'UTC', 'second', true)).toBe('2026-11-24 07:15:30+00:00');
    expect(formatTime(at, 'America/St_Johns', 'minute', true)).toBe('2026-11-24 03:45-03:30');
  });

  it('appends the offset where the local time occurs twice, and only there', () => {
    const texts = [-1, 0, 1, 2, 3].map((h) =>
      formatTime(ms('2026-10-25T00:00:00Z') + h * HOUR, BERLIN, 'minute'),
    );
    expect(texts).toEqual([
      '2026-10-25 01:00',
      '2026-10-25 02:00+02:00',
      '2026-10-25 02:00+01:00',
      '2026-10-25 03:00',
      '2026-10-25 04:00',
    ]);
    expect(formatTime(ms('2026-10-25T00:30:00Z'), BERLIN, 'day')).toBe('2026-10-25');
  });

  it('is empty for what is no date', () => {
    expect(formatTime(NaN, BERLIN, 'second')).toBe('');
    expect(formatTime(Infinity, BERLIN, 'second')).toBe('');
    expect(formatTime(8.64e15, BERLIN, 'second')).toBe('');
  });

  it('names offsets with seconds', () => {
    expect(formatOffset(53 * MINUTE + 28_000)).toBe('+00:53:28');
  });
});

describe('ticks', () => {
  const labels = (start: string, end: string, zone: string, n: number): string[] =>
    ticks(ms(start), ms(end), zone, n).map((t) => t.label);

  it('stands on hours and names the date at the first and at each new day', () => {
    const found = ticks(ms('2026-11-24T18:30:00Z'), ms('2026-11-25T01:00:00Z'), BERLIN, 8);
    expect(found.map((t) => t.label)).toEqual([
      '20:00\n2026-11-24',
      '21:00',
      '22:00',
      '23:00',
      '00:00\n2026-11-25',
      '01:00',
      '02:00',
    ]);
    expect(found.filter((t) => t.major).map((t) => t.ms)).toEqual([ms('2026-11-24T23:00:00Z')]);
  });

  it('shows all 25 hours of a day that is set back, the repeated ones with offset', () => {
    const found = labels('2026-10-24T22:00:00Z', '2026-10-25T03:00:00Z', BERLIN, 10);
    expect(found).toEqual([
      '00:00\n2026-10-25',
      '01:00',
      '02:00+02:00',
      '02:00+01:00',
      '03:00',
      '04:00',
    ]);
    expect(labels('2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', BERLIN, 25)).toHaveLength(25);
  });

  it('leaves out the hour of a day that is set forward', () => {
    expect(labels('2026-03-28T23:00:00Z', '2026-03-29T03:00:00Z', BERLIN, 8)).toEqual([
      '00:00\n2026-03-29',
      '01:00',
      '03:00',
      '04:00',
      '05:00',
    ]);
    expect(labels('2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', BERLIN, 25)).toHaveLength(23);
  });

  it('keeps to 00, 06, 12 and 18 on days of 23 and 25 hours', () => {
    const found = labels('2026-10-24T10:00:00Z', '2026-10-26T11:00:00Z', BERLIN, 9);
    expect(found.map((l) => l.slice(0, 5))).toEqual([
      ...['12:00', '18:00', '00:00', '06:00', '12:00', '18:00', '00:00', '06:00', '12:00'],
    ]);
  });

  it('stands on midnights across clock changes', () => {
    const found = ticks(ms('2026-10-23T00:00:00Z'), ms('2026-10-28T00:00:00Z'), BERLIN, 6);
    expect(found.map((t) => formatTime(t.ms, BERLIN, 'minute'))).toEqual([
      '2026-10-24 00:00',
      '2026-10-25 00:00',
      '2026-10-26 00:00',
      '2026-10-27 00:00',
      '2026-10-28 00:00',
    ]);
    expect(found.map((t) => t.label)).toEqual([
      ...['24 Oct\n2026', '25 Oct', '26 Oct', '27 Oct', '28 Oct'],
    ]);
  });

  it('counts weeks from Mondays', () => {
    expect(labels('2026-11-01T00:00:00Z', '2026-11-30T00:00:00Z', 'UTC', 5)).toEqual([
      ...['2 Nov\n2026', '9 Nov', '16 Nov', '23 Nov', '30 Nov'],
    ]);
  });

  it('counts months and years', () => {
    expect(labels('2025-10-15T00:00:00Z', '2026-03-01T00:00:00Z', 'UTC', 6)).toEqual([
      ...['Nov\n2025', 'Dec', 'Jan\n2026', 'Feb', 'Mar'],
    ]);
    expect(labels('2019-06-01T00:00:00Z', '2026-06-01T00:00:00Z', BERLIN, 8)).toEqual([
      ...['2020', '2021', '2022', '2023', '2024', '2025', '2026'],
    ]);
    expect(labels('1700-06-01T00:00:00Z', '2200-06-01T00:00:00Z', BERLIN, 6)).toEqual([
      ...['1800', '1900', '2000', '2100', '2200'],
    ]);
  });

  it('goes down to milliseconds', () => {
    const t0 = ms('2026-11-24T07:15:30.100Z');
    expect(ticks(t0, t0 + 4, 'UTC', 10).map((t) => t.label)).toEqual([
      '07:15:30.100\n2026-11-24',
      '07:15:30.101',
      '07:15:30.102',
      '07:15:30.103',
      '07:15:30.104',
    ]);
    expect(ticks(t0 + 0.2, t0 + 0.8, 'UTC', 10)).toEqual([]);
    expect(ticks(t0 + 0.2, t0 + 1.8, 'UTC', 10).map((t) => t.ms)).toEqual([t0 + 1]);
  });

  it('passes over the day that Samoa left out', () => {
    const found = ticks(ms('2011-12-27T10:00:00Z'), ms('2012-01-02T10:00:00Z'), 'Pacific/Apia', 10);
    expect(found.map((t) => formatTime(t.ms, 'Pacific/Apia', 'day'))).toEqual([
      ...['2011-12-27', '2011-12-28', '2011-12-29', '2011-12-31', '2012-01-01', '2012-01-02'],
      '2012-01-03',
    ]);
  });

  it('has nothing to say about impossible ranges', () => {
    expect(ticks(NaN, 1, 'UTC', 10)).toEqual([]);
    expect(ticks(1, 0, 'UTC', 10)).toEqual([]);
    expect(ticks(0, 1e300, 'UTC', 10)).toEqual([]);
    expect(ticks(0, 1000, 'UTC', 0)).toEqual([]);
  });

  it('is bounded, in order, inside, dense enough and still while panning', () => {
    withSeeds(40, (r) => {
      for (let i = 0; i < 25; i++) {
        const zone = r.pick(ZONES);
        const start = r.int(0, 2_000_000_000) * 1000 + r.int(0, 999);
        const end = start + 10 ** (r.next() * 10 + 1.5);
        const maxCount = r.int(3, 20);
        const found = ticks(start, end, zone, maxCount);
        expect(found.length).toBeLessThanOrEqual(maxCount);
        expect(found.length).toBeGreaterThanOrEqual(Math.floor(maxCount / 6));
        found.forEach((tick, n) => {
          expect(tick.ms).toBeGreaterThanOrEqual(start);
          expect(tick.ms).toBeLessThanOrEqual(end);
          if (n > 0) {
            expect(tick.ms).toBeGreaterThan(found[n - 1]!.ms);
          }
        });
        const inner = ticks(start + (end - start) / 3, end, zone, maxCount);
        if (inner.length > 0 && found.length === maxCount) {
          const seen = new Set(inner.map((t) => t.ms));
          const common = found.filter((t) => t.ms >= start + (end - start) / 3);
          // a shorter range may be denser, but every coarser calendar boundary is kept in it
          expect(common.filter((t) => t.major && !seen.has(t.ms))).toEqual([]);
        }
      }
    });
  });
});

describe('describeDuration', () => {
  it.each([
    [0, '0 s'],
    [0.25, '0.25 ms'],
    [450, '450 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1500, '1.5 s'],
    [9999.7, '10 s'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [90_000, '1 min 30 s'],
    [HOUR - 400, '1 h'],
    [8 * HOUR, '8 h'],
    [2 * HOUR + 15 * MINUTE, '2 h 15 min'],
    [DAY - 1, '1 d'],
    [3 * DAY + 4 * HOUR, '3 d 4 h'],
    [400 * DAY, '400 d'],
    [-90_000, '-1 min 30 s'],
    [NaN, ''],
    [Infinity, ''],
  ])('%d ms is %s', (length, text) => {
    expect(describeDuration(length)).toBe(text);
  });
});
