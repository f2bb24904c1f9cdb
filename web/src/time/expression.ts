/**
 * What a person writes for a time: the server's grammar (its class `TimeExpression`), so that the
 * page refuses at once, and with a position, what the server would refuse, and means the same
 * instants. `expressions.json` beside this file holds both to it.
 *
 * A base and offsets, for example `*-8h`, `t+6h`, `mon-1w`, `2026-10-25 02:00+1d`. Bases: `*` or
 * `now`; `t`, `today`; `y`, `yesterday`; a weekday (today or the last one before); a month (its
 * first day this year); 1 to 31 (that day of this month); a year of four digits; an ISO 8601 date
 * or date-time, quoted or not, with or without an offset; nanoseconds since the epoch as 16 or more
 * digits. Words mean 00:00. Offsets apply from left to right: `d w mo y` count on the calendar of
 * the zone, `h m s ms us ns` are exact and may have a fraction. Within one offset (`1d1mo`) the
 * months come first, then the days, then the exact part.
 *
 * Instants are computed in whole nanoseconds and must be int64, as on the server. One difference:
 * an expression that passes through years beyond ±271 000 on its way is refused here.
 */
import { instantOf, offsetAt, startOfDay, utc } from './zone';

const UNITS = 's, m, h, d, w, mo, y, ms, us, ns';
const BASES =
  '*, t, y, a weekday, a month, a day of the month, a year, an ISO-8601 date, epoch nanoseconds' +
  ' of 16 or more digits, or an offset such as -8h';
const EXAMPLES = 'for example *-8h, t+6h, y, mon, 2026-10-25, 2026-10-25T02:00:00+01:00';

/** Longest text that is looked at, in UTF-16 code units. */
const CHARS_MAX = 200;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const RANGE = 'a time from 1677-09-21 to 2262-04-11';

const MS_NS = 1_000_000n;
const SECOND_NS = 1_000n * MS_NS;
const DAY_MS = 86_400_000;
/** How far a wall clock may go on the way to the result: what Date can hold, less a margin. */
const WALL_MAX_MS = 8.64e15 - 4 * DAY_MS;

/** Units of exact length in nanoseconds; the others count on the calendar. */
const EXACT_NS = new Map<string, bigint>([
  ['s', SECOND_NS],
  ['m', 60n * SECOND_NS],
  ['h', 3600n * SECOND_NS],
  ['ms', MS_NS],
  ['us', 1000n],
  ['\u00b5s', 1000n],
  ['\u03bcs', 1000n],
  ['ns', 1n],
]);
const CALENDAR_UNITS = ['d', 'w', 'mo', 'y'];

/** A text that is no time: where (from 1), what stands there, what should, and advice. */
export interface TimeError {
  ok: false;
  position: number;
  found: string;
  expected: string;
  hint: string;
}

export interface TimeExpression {
  ok: true;
  /** Whether it has no base: offsets alone, relative to whatever it is resolved against. */
  bareOffset: boolean;
  /**
   * The instant, in milliseconds since 1970 UTC.
   *
   * @param nowMs now, and what a bare offset is relative to
   * @param zone whose calendar and midnights count
   * @throws RangeError beyond int64 nanoseconds, or for a day that the current month lacks.
   */
  resolve(nowMs: number, zone: string): number;
  /** The same in exact nanoseconds since 1970 UTC. */
  resolveNs(nowNs: bigint, zone: string): bigint;
}

/** An instant and the offset in force, which decides between the two meanings of a fold hour. */
interface Zoned {
  ns: bigint;
  offsetMs: number;
}

interface Span {
  months: bigint;
  days: bigint;
  ns: bigint;
}

type Base = (now: Zoned, zone: string) => Zoned;

/** A date-time as written. Without an offset it needs a zone. */
interface Absolute {
  wallMs: number;
  nano: number;
  offsetMs: number | null;
}

/** Carries a TimeError out of the parser. */
class Refused extends Error {
  constructor(readonly error: TimeError) {
    super(error.expected);
  }
}

/** Reads an expression. Never throws. */
export function parseTime(text: string): TimeExpression | TimeError {
  try {
    return new Parser(text).expression();
  } catch (e) {
    if (e instanceof Refused) {
      return e.error;
    }
    throw e;
  }
}

export type TimeRangeResult =
  | { ok: true; startMs: number; endMs: number }
  | (TimeError & { field: 'start' | 'end' });

/**
 * The range between two expressions. A start that is only an offset is relative to now, an end that
 * is only an offset to the start. An end at or before the start is an error of the end.
 */
export function resolveRange(
  startText: string,
  endText: string,
  nowMs: number,
  zone: string,
): TimeRangeResult {
  const nowNs = toNs(nowMs);
  const start = resolveText(startText, () => nowNs, zone);
  if (!start.ok) {
    return { ...start, field: 'start' };
  }
  const end = resolveText(endText, (bareOffset) => (bareOffset ? start.ns : nowNs), zone);
  if (!end.ok) {
    return { ...end, field: 'end' };
  }
  if (end.ns <= start.ns) {
    return {
      ...refusal(1, quote(endText), 'a time after the start', 'the range is empty'),
      field: 'end',
    };
  }
  return { ok: true, startMs: toMs(start.ns), endMs: toMs(end.ns) };
}

function resolveText(
  text: string,
  anchorNs: (bareOffset: boolean) => bigint,
  zone: string,
): { ok: true; ns: bigint } | TimeError {
  const parsed = parseTime(text);
  if (!parsed.ok) {
    return parsed;
  }
  try {
    return { ok: true, ns: parsed.resolveNs(anchorNs(parsed.bareOffset), zone) };
  } catch (e) {
    if (e instanceof RangeError) {
      return refusal(1, quote(text), 'a time that exists', e.message);
    }
    throw e;
  }
}

function refusal(position: number, found: string, expected: string, hint: string): TimeError {
  return { ok: false, position, found, expected, hint };
}

/** Nanoseconds of milliseconds; a fraction is rounded to the nanosecond. */
function toNs(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * MS_NS + BigInt(Math.round((ms - whole) * 1e6));
}

/** Milliseconds of nanoseconds, with what a double can keep of the fraction. */
function toMs(ns: bigint): number {
  const whole = floorDiv(ns, MS_NS);
  return Number(whole) + Number(ns - whole * MS_NS) / 1e6;
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

function outOfRange(): RangeError {
  return new RangeError(`the time is outside ${RANGE.slice('a time '.length)}`);
}

function checkWall(ms: number): number {
  // also true of NaN
  if (!(Math.abs(ms) <= WALL_MAX_MS)) {
    throw outOfRange();
  }
  return ms;
}

function checkInt64(n: bigint): bigint {
  if (n < INT64_MIN || n > INT64_MAX) {
    throw outOfRange();
  }
  return n;
}

// --- instants in a zone

function zonedAt(ns: bigint, zone: string): Zoned {
  const ms = checkWall(Number(floorDiv(ns, MS_NS)));
  return { ns, offsetMs: offsetAt(ms, zone) };
}

function zonedOfMs(ms: number, zone: string): Zoned {
  return { ns: BigInt(ms) * MS_NS, offsetMs: offsetAt(ms, zone) };
}

/** Wall clock reading in whole milliseconds; what is finer is kept aside by the caller. */
function wallOf(time: Zoned): number {
  return Number(floorDiv(time.ns, MS_NS)) + time.offsetMs;
}

function atStartOfDay(wallMs: number, zone: string): Zoned {
  return zonedOfMs(startOfDay(checkWall(wallMs), zone), zone);
}

function dateOf(time: Zoned): { year: number; month0: number; day: number; midnight: number } {
  const wall = wallOf(time);
  const date = new Date(wall);
  return {
    year: date.getUTCFullYear(),
    month0: date.getUTCMonth(),
    day: date.getUTCDate(),
    midnight: Math.floor(wall / DAY_MS) * DAY_MS,
  };
}

function daysInMonth(year: number, month0: number): number {
  return new Date(utc(year, month0 + 1, 0)).getUTCDate();
}

/** The same wall clock on another day; in a fold hour the offset stays if it can. */
function onDay(time: Zoned, midnight: number, zone: string): Zoned {
  const wall = wallOf(time);
  const moved = checkWall(midnight + (wall - Math.floor(wall / DAY_MS) * DAY_MS));
  const ms = instantOf(moved, zone, time.offsetMs);
  const fraction = time.ns - floorDiv(time.ns, MS_NS) * MS_NS;
  return { ns: BigInt(ms) * MS_NS + fraction, offsetMs: offsetAt(ms, zone) };
}

function plusMonths(time: Zoned, months: bigint, zone: string): Zoned {
  const { year, month0, day } = dateOf(time);
  const total = year * 12 + month0 + Number(months);
  const toYear = Math.floor(total / 12);
  const toMonth0 = total - toYear * 12;
  checkWall(toYear * 366 * DAY_MS);
  const last = daysInMonth(toYear, toMonth0);
  return onDay(time, checkWall(utc(toYear, toMonth0, Math.min(day, last))), zone);
}

function add(time: Zoned, span: Span, zone: string): Zoned {
  let moved = time;
  if (span.months !== 0n) {
    moved = plusMonths(moved, span.months, zone);
  }
  if (span.days !== 0n) {
    moved = onDay(moved, checkWall(dateOf(moved).midnight + Number(span.days) * DAY_MS), zone);
  }
  return span.ns === 0n ? moved : zonedAt(moved.ns + span.ns, zone);
}

// --- the parser

const WEEKDAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const MONTHS = (
  'january february march april may june july august september october november december'
).split(' ');

/** The index of a name or its first three letters, or -1. */
function nameIndex(names: string[], word: string): number {
  return names.findIndex((name) => word === name || word === name.slice(0, 3));
}

function wordBase(word: string): Base | null {
  if (word === 'now') {
    return (now) => now;
  }
  if (word === 't' || word === 'today') {
    return (now, zone) => atStartOfDay(dateOf(now).midnight, zone);
  }
  if (word === 'y' || word === 'yesterday') {
    return (now, zone) => atStartOfDay(dateOf(now).midnight - DAY_MS, zone);
  }
  const weekday = nameIndex(WEEKDAYS, word);
  if (weekday >= 0) {
    return (now, zone) => {
      const { midnight } = dateOf(now);
      const today = (new Date(midnight).getUTCDay() + 6) % 7;
      return atStartOfDay(midnight - ((today - weekday + 7) % 7) * DAY_MS, zone);
    };
  }
  const month0 = nameIndex(MONTHS, word);
  return month0 < 0
    ? null
    : (now, zone) => atStartOfDay(utc(dateOf(now).year, month0, 1), zone);
}

function dayBase(number: number): Base {
  return (now, zone) => {
    const { year, month0 } = dateOf(now);
    const days = daysInMonth(year, month0);
    if (number > days) {
      const month = `${String(year).padStart(4, '0')}-${String(month0 + 1).padStart(2, '0')}`;
      throw new RangeError(`the current month, ${month}, has ${days} days and no day ${number}`);
    }
    return atStartOfDay(utc(year, month0, number), zone);
  };
}

function absoluteBase(absolute: Absolute): Base {
  return (_, zone) => {
    const { wallMs, nano, offsetMs } = absolute;
    const ms = offsetMs === null ? instantOf(checkWall(wallMs), zone) : wallMs - offsetMs;
    return zonedAt(BigInt(ms) * MS_NS + BigInt(nano), zone);
  };
}

function isDigit(c: string): boolean {
  return c >= '0' && c <= '9';
}

function isLetter(c: string): boolean {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '\u00b5' || c === '\u03bc';
}

/** In quotes, cut after 80 characters, control and format characters escaped. */
function quote(text: string): string {
  let out = '"';
  for (const unit of text.slice(0, 80).split('')) {
    out += /[\u0000-\u001f\u007f]|\p{Cf}/u.test(unit)
      ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
      : unit;
  }
  return `${out}"${text.length > 80 ? '…' : ''}`;
}

/** Reads from left to right; mirrors the server's class method by method. */
class Parser {
  private at = 0;

  constructor(private readonly text: string) {
    if (text.length > CHARS_MAX) {
      throw new Refused(
        refusal(
          CHARS_MAX + 1,
          `${text.length} characters`,
          `at most ${CHARS_MAX} characters`,
          'the text is too long for a time',
        ),
      );
    }
  }

  expression(): TimeExpression {
    this.skipBlanks();
    if (this.atEnd()) {
      throw this.expected(BASES);
    }
    const base = this.base();
    const offsets: Span[] = [];
    for (;;) {
      this.skipBlanks();
      if (this.atEnd()) {
        return resolvable(base, offsets);
      }
      if (!this.atSign()) {
        throw this.expected('+ or - and a duration, or the end');
      }
      const negative = this.peek() === '-';
      this.at++;
      this.skipBlanks();
      offsets.push(this.duration(negative));
    }
  }

  private base(): Base | null {
    const c = this.peek();
    if (c === '*') {
      this.at++;
      return (now) => now;
    }
    if (c === "'" || c === '"') {
      this.at++;
      this.skipBlanks();
      const absolute = this.absolute();
      this.skipBlanks();
      if (this.peek() !== c) {
        throw this.expected('the closing quote');
      }
      this.at++;
      return absoluteBase(absolute);
    }
    if (this.atSign()) {
      const digits = this.digitsAhead(1);
      const rest = this.text.slice(this.at + 1).replace(JAVA_BLANKS_AT_END, '');
      return digits >= 16 && rest.length === digits ? this.epochNs() : null;
    }
    if (isDigit(c)) {
      return this.numeric();
    }
    const wordAt = this.at;
    const word = wordBase(this.word());
    if (word === null) {
      throw this.expected(BASES, wordAt);
    }
    return word;
  }

  private numeric(): Base {
    if (this.atIsoDate()) {
      return absoluteBase(this.absolute());
    }
    const digits = this.digitsAhead(0);
    if (digits >= 16) {
      return this.epochNs();
    }
    if (digits === 3 || digits > 4) {
      throw this.expected(
        'a day of one or two digits, a year of four or epoch nanoseconds of 16 or more',
      );
    }
    const numberAt = this.at;
    const number = Number(this.text.slice(this.at, this.at + digits));
    this.at += digits;
    if (digits === 4) {
      return (_, zone) => atStartOfDay(utc(number, 0, 1), zone);
    }
    if (number < 1 || number > 31) {
      throw this.expected('a day from 1 to 31', numberAt);
    }
    return dayBase(number);
  }

  private epochNs(): Base {
    const from = this.at;
    this.at += this.atSign() ? 1 : 0;
    this.at += this.digitsAhead(0);
    const ns = BigInt(this.text.slice(from, this.at).replace('+', ''));
    if (ns < INT64_MIN || ns > INT64_MAX) {
      throw this.tooFar(from);
    }
    return (_, zone) => zonedAt(ns, zone);
  }

  /** Takes one or more of number and unit. */
  private duration(negative: boolean): Span {
    const from = this.at;
    const span: Span = { months: 0n, days: 0n, ns: 0n };
    for (;;) {
      const more = this.numberAndUnit(negative);
      span.months += more.months;
      span.days += more.days;
      span.ns += more.ns;
      try {
        Object.values(more).forEach(checkInt64);
        Object.values(span).forEach(checkInt64);
      } catch {
        throw this.tooFar(from);
      }
      const mark = this.at;
      this.skipBlanks();
      if (!isDigit(this.peek())) {
        this.at = mark;
        return span;
      }
    }
  }

  private numberAndUnit(negative: boolean): Span {
    if (!isDigit(this.peek())) {
      throw this.expected('a number');
    }
    const whole = this.digits();
    let fraction = '';
    let fractionAt = -1;
    if (this.peek() === '.') {
      fractionAt = this.at++;
      if (!isDigit(this.peek())) {
        throw this.expected('digits after the point');
      }
      fraction = this.digits();
    }
    this.skipBlanks();
    const unitAt = this.at;
    const unit = this.word();
    const exact = EXACT_NS.get(unit);
    const sign = negative ? -1n : 1n;
    if (exact !== undefined) {
      const scaled = BigInt(whole + fraction) * exact;
      const ns = sign * roundHalfEven(scaled, 10n ** BigInt(fraction.length));
      return { months: 0n, days: 0n, ns };
    }
    if (!CALENDAR_UNITS.includes(unit)) {
      throw this.expected(`one of the units ${UNITS}`, unitAt);
    }
    if (fractionAt >= 0) {
      throw this.expected(
        'a whole number, since fractions go only with s, m, h, ms, us, ns',
        fractionAt,
      );
    }
    const count = sign * BigInt(whole);
    switch (unit) {
      case 'd':
        return { months: 0n, days: count, ns: 0n };
      case 'w':
        return { months: 0n, days: count * 7n, ns: 0n };
      case 'mo':
        return { months: count, days: 0n, ns: 0n };
      default:
        return { months: count * 12n, days: 0n, ns: 0n };
    }
  }

  /** Whether an ISO date begins here: four digits, a hyphen, two digits, a hyphen, a digit. */
  private atIsoDate(): boolean {
    return (
      this.digitsAhead(0) === 4 &&
      this.peek(4) === '-' &&
      this.digitsAhead(5) === 2 &&
      this.peek(7) === '-' &&
      isDigit(this.peek(8))
    );
  }

  /** Takes `yyyy-mm-dd[(T| )hh:mm[:ss[.fffffffff]][offset]]`. */
  private absolute(): Absolute {
    const dateAt = this.at;
    if (!this.atIsoDate()) {
      throw this.expected('a date such as 2026-10-25');
    }
    const year = this.twoOrFour(4, 'a year of four digits');
    this.at++;
    const month = this.twoOrFour(2, 'a month of two digits');
    this.at++;
    const day = this.twoOrFour(2, 'a day of two digits');
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month - 1)) {
      throw this.expected('a day that exists', dateAt);
    }
    const midnight = utc(year, month - 1, day);
    const c = this.peek();
    const hasTime =
      c === 'T' || c === 't' || (c === ' ' && isDigit(this.peek(1)) && isDigit(this.peek(2)));
    if (!hasTime) {
      return { wallMs: midnight, nano: 0, offsetMs: null };
    }
    this.at++;
    const timeAt = this.at;
    const hour = this.twoOrFour(2, 'an hour of two digits');
    if (this.peek() !== ':') {
      throw this.expected('a colon and minutes');
    }
    this.at++;
    const minute = this.twoOrFour(2, 'minutes of two digits');
    let second = 0;
    let nano = 0;
    if (this.peek() === ':') {
      this.at++;
      second = this.twoOrFour(2, 'seconds of two digits');
      if (this.peek() === '.' || this.peek() === ',') {
        this.at++;
        nano = this.fraction();
      }
    }
    if (hour > 23 || minute > 59 || second > 59) {
      throw this.expected('a time of day from 00:00:00 to 23:59:59', timeAt);
    }
    const wallMs = midnight + ((hour * 60 + minute) * 60 + second) * 1000;
    return { wallMs, nano, offsetMs: this.offset() };
  }

  private twoOrFour(digits: number, what: string): number {
    if (this.digitsAhead(0) !== digits) {
      throw this.expected(what);
    }
    return Number(this.digits());
  }

  private fraction(): number {
    const digits = this.digitsAhead(0);
    if (digits === 0) {
      throw this.expected('digits of a second');
    }
    if (digits > 9) {
      this.at += 9;
      throw this.expected('at most nine digits of a second');
    }
    return Number(this.digits().padEnd(9, '0'));
  }

  /** Takes `Z` or `±hh[[:]mm[[:]ss]]`, but leaves alone a duration such as +10h. */
  private offset(): number | null {
    if (this.peek() === 'Z' || this.peek() === 'z') {
      this.at++;
      return 0;
    }
    if (!this.atSign()) {
      return null;
    }
    const digits = this.digitsAhead(1);
    const colons = digits === 2 && this.peek(3) === ':';
    if (!colons) {
      let after = 1 + digits;
      while (this.peek(after) === ' ') {
        after++;
      }
      const next = this.peek(after);
      if (isLetter(next) || next === '.' || digits % 2 !== 0 || digits > 6) {
        return null;
      }
    }
    const offsetAt = this.at;
    const sign = this.peek() === '-' ? -1 : 1;
    this.at++;
    const parts = [0, 0, 0];
    for (let i = 0; i < 3; i++) {
      if (!isDigit(this.peek()) || !isDigit(this.peek(1))) {
        throw this.expected('two digits of an offset');
      }
      parts[i] = Number(this.text.slice(this.at, this.at + 2));
      this.at += 2;
      const more = colons ? this.peek() === ':' : isDigit(this.peek());
      if (!more) {
        break;
      }
      this.at += colons ? 1 : 0;
    }
    const [hours = 0, minutes = 0, seconds = 0] = parts;
    const total = (hours * 60 + minutes) * 60 + seconds;
    if (minutes > 59 || seconds > 59 || total > 18 * 3600) {
      throw this.expected('an offset from -18:00 to +18:00', offsetAt);
    }
    return sign * total * 1000;
  }

  private atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** The next character; NUL at the end. */
  private peek(ahead = 0): string {
    return this.text[this.at + ahead] ?? '\0';
  }

  private atSign(): boolean {
    return this.peek() === '+' || this.peek() === '-';
  }

  private skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') {
      this.at++;
    }
  }

  /** How many digits follow from here. */
  private digitsAhead(from: number): number {
    let n = 0;
    while (isDigit(this.peek(from + n))) {
      n++;
    }
    return n;
  }

  private digits(): string {
    const from = this.at;
    this.at += this.digitsAhead(0);
    return this.text.slice(from, this.at);
  }

  /** Takes a run of letters, in lower case. */
  private word(): string {
    const from = this.at;
    while (isLetter(this.peek())) {
      this.at++;
    }
    return this.text.slice(from, this.at).toLowerCase();
  }

  private expected(what: string, position = this.at): Refused {
    const codePoint = this.text.codePointAt(position);
    const found = codePoint === undefined ? 'the end' : quote(String.fromCodePoint(codePoint));
    return new Refused(refusal(position + 1, found, what, this.hint(what, position)));
  }

  private hint(what: string, position: number): string {
    if (/^\s*\d{4}-\d{1,2}-\d/.test(this.text) && !/^\s*\d{4}-\d\d-\d\d/.test(this.text)) {
      return 'a date has two digits for month and day, as in 2026-01-09';
    }
    if (what.includes(UNITS)) {
      return `the units are ${UNITS}: m is minutes, mo is months`;
    }
    if (this.text[position - 1] === ' ' && isDigit(this.text[position] ?? '')) {
      // usually the + of an address that was not written as %2B
      return 'write + or - before a duration, as in t+6h';
    }
    return EXAMPLES;
  }

  private tooFar(position: number): Refused {
    const found = quote(this.text.slice(position));
    return new Refused(refusal(position + 1, found, RANGE, outOfRange().message));
  }
}

/** Blanks as Java's String.strip() sees them. */
const JAVA_BLANKS_AT_END =
  /[\t-\r\u001c-\u0020\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+$/;

/** The quotient of two numbers that are not negative; a half goes to the even neighbour. */
function roundHalfEven(dividend: bigint, divisor: bigint): bigint {
  const q = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  return twice > divisor || (twice === divisor && q % 2n === 1n) ? q + 1n : q;
}

function resolvable(base: Base | null, offsets: Span[]): TimeExpression {
  const resolveNs = (nowNs: bigint, zone: string): bigint => {
    let time = zonedAt(nowNs, zone);
    if (base !== null) {
      time = base(time, zone);
    }
    for (const span of offsets) {
      time = add(time, span, zone);
    }
    return checkInt64(time.ns);
  };
  return {
    ok: true,
    bareOffset: base === null,
    resolve: (nowMs, zone) => toMs(resolveNs(toNs(nowMs), zone)),
    resolveNs,
  };
}
