/**
 * Time zones by `Intl` alone: the offset at an instant, the instant of a local time, texts, ticks.
 *
 * Instants are milliseconds since 1970 UTC. A local time is written as the number of milliseconds
 * that its wall clock reading would have in UTC ("wall" below). Offsets are milliseconds east of
 * UTC. Zones are IANA names, `UTC`, `Z` or fixed offsets such as `+02:00`.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Before this, every zone is on its local mean time and `Intl` would only count years oddly. */
const EARLIEST = Date.UTC(1800, 0, 1);

/** Days of UTC remembered per zone. */
const DAYS_MAX = 4096;

/** One day of UTC: `before` holds until `changeAt`, then `after`; no change is Infinity. */
interface DayOffsets {
  before: number;
  after: number;
  changeAt: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  days: Map<number, DayOffsets>;
}

const zones = new Map<string, Zone | number>();

/** The parsed zone: a number is a fixed offset. Throws RangeError for one nobody knows. */
function zoneOf(name: string): Zone | number {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = fixedOffset(name) ?? {
      format: new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      }),
      days: new Map(),
    };
    zones.set(name, zone);
  }
  return zone;
}

function fixedOffset(name: string): number | null {
  if (name === 'UTC' || name === 'Z' || name === 'GMT' || name === 'Etc/UTC') {
    return 0;
  }
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?$/.exec(name);
  if (match === null) {
    return null;
  }
  const ms =
    Number(match[2]) * HOUR + Number(match[3] ?? 0) * MINUTE + Number(match[4] ?? 0) * SECOND;
  return match[1] === '-' ? -ms : ms;
}

/** Whether the browser knows the zone. */
export function isZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

function askIntl(format: Intl.DateTimeFormat, ms: number): number {
  const at = Math.floor(Math.max(ms, EARLIEST) / SECOND) * SECOND;
  const field: Record<string, number> = {};
  for (const part of format.formatToParts(at)) {
    field[part.type] = Number(part.value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

function dayOffsets(zone: Zone, day: number): DayOffsets {
  const known = zone.days.get(day);
  if (known !== undefined) {
    return known;
  }
  let low = day * DAY;
  let high = low + DAY;
  const found = {
    before: askIntl(zone.format, low),
    after: askIntl(zone.format, high),
    changeAt: Infinity,
  };
  if (found.before !== found.after) {
    while (high - low > SECOND) {
      const middle = Math.floor((low + high) / 2 / SECOND) * SECOND;
      if (askIntl(zone.format, middle) === found.before) {
        low = middle;
      } else {
        high = middle;
      }
    }
    found.changeAt = high;
  }
  if (zone.days.size >= DAYS_MAX) {
    zone.days.clear();
  }
  zone.days.set(day, found);
  return found;
}

/** The offset of the zone at an instant, in milliseconds east of UTC. */
export function offsetAt(ms: number, zone: string): number {
  const known = zoneOf(zone);
  if (typeof known === 'number') {
    return known;
  }
  const day = dayOffsets(known, Math.floor(ms / DAY));
  return ms < day.changeAt ? day.before : day.after;
}

/** The wall clock reading at an instant, as the milliseconds it would have in UTC. */
export function wallOf(ms: number, zone: string): number {
  return ms + offsetAt(ms, zone);
}

/** What a wall clock reading can mean: one instant, two (`earlier`, `later`), or none (a gap). */
interface Meaning {
  kind: 'once' | 'twice' | 'never';
  before: number;
  after: number;
}

function meaningOf(wall: number, zone: string): Meaning {
  const before = offsetAt(wall - DAY, zone);
  const after = offsetAt(wall + DAY, zone);
  if (before === after) {
    return { kind: 'once', before, after };
  }
  const beforeHolds = offsetAt(wall - before, zone) === before;
  const afterHolds = offsetAt(wall - after, zone) === after;
  if (beforeHolds && afterHolds) {
    return { kind: 'twice', before, after };
  }
  if (!beforeHolds && !afterHolds) {
    return { kind: 'never', before, after };
  }
  const offset = beforeHolds ? before : after;
  return { kind: 'once', before: offset, after: offset };
}

/**
 * The instant of a wall clock reading, as java.time resolves it: one that a clock change skips
 * moves on by the length of the gap; of one that it repeats, the first is meant unless
 * `preferredOffset` is the other's.
 */
export function instantOf(wall: number, zone: string, preferredOffset?: number): number {
  const { kind, before, after } = meaningOf(wall, zone);
  return kind === 'twice' && preferredOffset === after ? wall - after : wall - before;
}

/** The first instant of the local day that the wall clock reading `wall` is in. */
export function startOfDay(wall: number, zone: string): number {
  const midnight = Math.floor(wall / DAY) * DAY;
  const { kind, before, after } = meaningOf(midnight, zone);
  if (kind !== 'never') {
    return midnight - before;
  }
  // the change itself: the last instant at which `before` holds is just before it
  let low = midnight - before - DAY;
  let high = midnight - before + DAY;
  while (high - low > SECOND) {
    const middle = Math.floor((low + high) / 2 / SECOND) * SECOND;
    if (offsetAt(middle, zone) === after) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

export type Precision = 'day' | 'minute' | 'second' | 'ms';

const LENGTHS: Record<Precision, number> = { day: 10, minute: 16, second: 19, ms: 23 };

/**
 * Local text like ISO 8601, for example `2026-11-24 08:15:30`; what is finer than the precision is
 * cut off. The offset follows where the local time occurs twice, or always on request. Empty for an
 * instant that is no date.
 */
export function formatTime(
  ms: number,
  zone: string,
  precision: Precision,
  alwaysOffset = false,
): string {
  const whole = Math.floor(ms);
  if (!isDate(whole)) {
    return '';
  }
  const wall = wallOf(whole, zone);
  if (!isDate(wall)) {
    return '';
  }
  // years beyond 0 to 9999 have a sign and six digits
  const iso = new Date(wall).toISOString();
  const text = iso.slice(0, iso.length - 24 + LENGTHS[precision]).replace('T', ' ');
  const ambiguous = precision !== 'day' && meaningOf(wall, zone).kind === 'twice';
  return alwaysOffset || ambiguous ? text + formatOffset(wall - whole) : text;
}

function isDate(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15 - 2 * DAY;
}

/** `+02:00`; seconds only where there are some; `Z` is not used, so that columns line up. */
export function formatOffset(offsetMs: number): string {
  const total = Math.round(Math.abs(offsetMs) / SECOND);
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  if (total % 60 !== 0) {
    parts.push(total % 60);
  }
  return (offsetMs < 0 ? '-' : '+') + parts.map((n) => String(n).padStart(2, '0')).join(':');
}

export interface Tick {
  ms: number;
  label: string;
  major: boolean;
}

/** Distances between ticks: exact below a day, then counted on the calendar. */
type Step = { unit: 'ms' | 'day' | 'month' | 'year'; count: number };

function steps(unit: Step['unit'], counts: number[], factor = 1): Step[] {
  return counts.map((count) => ({ unit, count: count * factor }));
}

const STEPS: Step[] = [
  ...steps('ms', [1, 2, 5, 10, 20, 50, 100, 200, 500]),
  ...steps('ms', [1, 2, 5, 10, 15, 30], SECOND),
  ...steps('ms', [1, 2, 5, 10, 15, 30], MINUTE),
  ...steps('ms', [1, 2, 3, 6, 12], HOUR),
  ...steps('day', [1, 2, 7, 14]),
  ...steps('month', [1, 3, 6]),
  ...steps('year', [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
];

/** Shortest distance in milliseconds that a step can have. */
function shortest(step: Step): number {
  switch (step.unit) {
    case 'ms':
      return step.count;
    case 'day':
      return step.count * DAY - 3 * HOUR;
    case 'month':
      return step.count * 28 * DAY - 3 * HOUR;
    case 'year':
      return step.count * 365 * DAY - 3 * HOUR;
  }
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * At most `maxCount` ticks from start to end (both included) on boundaries of the zone's calendar,
 * as dense as that allows. Their place does not depend on where the range starts, so that they
 * stand still while one pans.
 *
 * Labels show what the step needs; the first tick and each that begins a new day (for steps below a
 * day) or year name it in a second line after `\n`. `major` marks a new day, month or year. Where a
 * clock change repeats an hour, its ticks carry their offset.
 */
export function ticks(startMs: number, endMs: number, zone: string, maxCount: number): Tick[] {
  if (!(endMs >= startMs) || !isDate(startMs) || !isDate(endMs) || !(maxCount >= 1)) {
    return [];
  }
  for (const step of STEPS) {
    // one more than whole steps that fit; a cheap test before the exact one
    if ((endMs - startMs) / shortest(step) > 4 * maxCount + 4) {
      continue;
    }
    const instants = instantsOf(startMs, endMs, zone, step);
    if (instants.length <= maxCount) {
      return label(instants, zone, step);
    }
  }
  return [];
}

function instantsOf(startMs: number, endMs: number, zone: string, step: Step): number[] {
  const found: number[] = [];
  if (step.unit === 'ms') {
    // between clock changes the offset is constant and the ticks are even
    let from = startMs;
    while (from <= endMs) {
      const offset = offsetAt(from, zone);
      const until = nextChange(from, endMs, zone);
      const first = Math.ceil((from + offset) / step.count);
      for (let n = first; ; n++) {
        const at = n * step.count - offset;
        if (at >= until || at > endMs) {
          break;
        }
        found.push(at);
      }
      from = until;
    }
    return found;
  }
  const start = new Date(wallOf(startMs, zone));
  let at: number;
  for (let n = firstUnit(start, step); ; n += step.count) {
    at = startOfDay(wallOfUnit(n, step.unit), zone);
    if (at > endMs) {
      return found;
    }
    // a day that the zone skipped altogether begins where the next one does
    if (at >= startMs && at !== found.at(-1)) {
      found.push(at);
    }
  }
}

/** The next clock change after `from`, or Infinity if there is none up to `endMs`. */
function nextChange(from: number, endMs: number, zone: string): number {
  const known = zoneOf(zone);
  if (typeof known !== 'number') {
    for (let day = Math.floor(from / DAY); day * DAY <= endMs; day++) {
      const { changeAt } = dayOffsets(known, day);
      if (changeAt !== Infinity && changeAt > from) {
        return changeAt;
      }
    }
  }
  return Infinity;
}

/** The number of the day, month or year that the step lands on, at or before `start`. */
function firstUnit(start: Date, step: Step): number {
  const { unit, count } = step;
  if (unit === 'day') {
    // weeks begin on Mondays: day 4 since 1970 was one
    const anchor = count % 7 === 0 ? 4 : 0;
    const day = Math.floor(start.getTime() / DAY);
    return Math.floor((day - anchor) / count) * count + anchor;
  }
  const year = start.getUTCFullYear();
  const n = unit === 'month' ? year * 12 + start.getUTCMonth() : year;
  return Math.floor(n / count) * count;
}

function wallOfUnit(n: number, unit: 'day' | 'month' | 'year'): number {
  switch (unit) {
    case 'day':
      return n * DAY;
    case 'month':
      return utc(Math.floor(n / 12), mod(n, 12), 1);
    case 'year':
      return utc(n, 0, 1);
  }
}

/** Date.UTC without its habit of taking the years 0 to 99 for 1900 to 1999. */
export function utc(year: number, month0: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month0, day);
}

function mod(n: number, by: number): number {
  return ((n % by) + by) % by;
}

function label(instants: number[], zone: string, step: Step): Tick[] {
  let previousDay = NaN;
  let previousYear = '';
  return instants.map((ms) => {
    const date = new Date(wallOf(ms, zone));
    const day = Math.floor(date.getTime() / DAY);
    const year = String(date.getUTCFullYear());
    const newDay = day !== previousDay;
    const newYear = year !== previousYear;
    previousDay = day;
    previousYear = year;
    switch (step.unit) {
      case 'ms': {
        const precision = step.count < SECOND ? 'ms' : step.count < MINUTE ? 'second' : 'minute';
        const text = formatTime(ms, zone, precision);
        const [dayText = '', time = ''] = text.split(' ');
        const major = ms === startOfDay(date.getTime(), zone);
        return { ms, label: newDay ? `${time}\n${dayText}` : time, major };
      }
      case 'day': {
        const text = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
        return { ms, label: newYear ? `${text}\n${year}` : text, major: date.getUTCDate() === 1 };
      }
      case 'month': {
        const text = MONTHS[date.getUTCMonth()] ?? '';
        return { ms, label: newYear ? `${text}\n${year}` : text, major: date.getUTCMonth() === 0 };
      }
      case 'year':
        return { ms, label: year, major: date.getUTCFullYear() % (step.count * 10) === 0 };
    }
  });
}

/**
 * A length of time in its two largest units, rounded: `8 h`, `2 h 15 min`, `3 d 4 h`, `1.5 s`,
 * `450 ms`. A day is 24 hours. Empty for what is no number.
 */
export function describeDuration(ms: number): string {
  if (!Number.isFinite(ms)) {
    return '';
  }
  if (ms < 0) {
    return `-${describeDuration(-ms)}`;
  }
  if (ms === 0) {
    return '0 s';
  }
  if (ms < 999.5) {
    return `${trimmed(ms, ms < 10 ? 3 : 0)} ms`;
  }
  if (ms < 9999.5) {
    return `${trimmed(ms / SECOND, 3)} s`;
  }
  if (ms < 59_950) {
    return `${trimmed(ms / SECOND, 1)} s`;
  }
  if (Math.round(ms / SECOND) * SECOND < HOUR) {
    return two(Math.round(ms / SECOND), 60, 'min', 's');
  }
  if (Math.round(ms / MINUTE) * MINUTE < DAY) {
    return two(Math.round(ms / MINUTE), 60, 'h', 'min');
  }
  return two(Math.round(ms / HOUR), 24, 'd', 'h');
}

function two(small: number, perLarge: number, largeName: string, smallName: string): string {
  const large = Math.floor(small / perLarge);
  const rest = small % perLarge;
  return rest === 0 ? `${large} ${largeName}` : `${large} ${largeName} ${rest} ${smallName}`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
