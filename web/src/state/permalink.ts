/**
 * The state of the page as the query of its address, so that the address reproduces the picture. It
 * can be read and typed by a person:
 *
 *     ?start=*-8h&end=*&zone=plant&live=1&lanes=0&t=R1.TIC101.PV&t=R1.XV106.ST;log;min=0;max=100
 *
 * `t` gives a trace each, in order: the tag, then options `scale=A`, `min=`, `max=`, `log`,
 * `hidden`, `limit=` (several), `color=` (number of the palette), parted by semicolons; `t=` alone stands for no trace.
 * `cursors` are times in UTC, parted by commas. `unit` and `batch` are names. What means something
 * in an address or here (`& = ; # % + ? < >` and the like) is percent-encoded in names; a plus is
 * read as a plus, never as a blank.
 *
 * What a query lacks is as in the defaults, but in a query that says anything, no `unit`, `batch`
 * or `cursors` means none.
 */

import { ADDRESS_CHARS_MAX, escape, quote, splitOnce, unescape } from './address';

/** Whose clock and calendar the page shows. */
export type ZoneChoice = 'plant' | 'server' | 'browser' | 'utc';

export interface TraceState {
  tag: string;
  /** Name of a scale that several traces share; null for one of its own. */
  scale: string | null;
  /** Fixed ends of the scale, in the tag's unit; null follows the data. */
  min: number | null;
  max: number | null;
  log: boolean;
  hidden: boolean;
  /** Values drawn as lines across: limits, targets. In the tag's unit. */
  limits: number[];
  /** Number of the palette; null leaves the choice to the page. */
  color: number | null;
}

export interface PageState {
  /** Time expressions, as typed. */
  start: string;
  end: string;
  zone: ZoneChoice;
  traces: TraceState[];
  unit: string | null;
  batch: string | null;
  /** Whether the picture moves with the clock. */
  live: boolean;
  /** Whether each trace has a horizontal lane of its own. */
  lanes: boolean;
  /** Instants in ms since 1970 UTC, left ones first or not. */
  cursors: number[];
}

/** How many traces a picture shows. */
export const TRACES_MAX = 40;
/** How many traces beyond those are named in the problems; the rest are counted. */
const NAMED_MAX = 200 - TRACES_MAX;
const CURSORS_MAX = 8;
const LIMITS_MAX = 8;
/** As on the server. */
const TIME_CHARS_MAX = 200;
const NAME_CHARS_MAX = 1024;
const COLOR_MAX = 999;
const PROBLEMS_MAX = 50;

export const ZONES: ZoneChoice[] = ['plant', 'server', 'browser', 'utc'];

/** The query of a state, with its question mark. What `decodeState` reads back is the same. */
export function encodeState(state: PageState): string {
  const parts = [
    `start=${escape(state.start)}`,
    `end=${escape(state.end)}`,
    `zone=${state.zone}`,
    `live=${state.live ? 1 : 0}`,
    `lanes=${state.lanes ? 1 : 0}`,
  ];
  if (state.unit !== null) {
    parts.push(`unit=${escape(state.unit)}`);
  }
  if (state.batch !== null) {
    parts.push(`batch=${escape(state.batch)}`);
  }
  parts.push(...(state.traces.length === 0 ? ['t='] : state.traces.map(encodeTrace)));
  const cursors = state.cursors.map(timeText).filter((text) => text !== '');
  if (cursors.length > 0) {
    parts.push(`cursors=${cursors.join(',')}`);
  }
  return `?${parts.join('&')}`;
}

function encodeTrace(trace: TraceState): string {
  const options = [escape(trace.tag)];
  if (trace.scale !== null) {
    options.push(`scale=${escape(trace.scale)}`);
  }
  for (const key of ['min', 'max', 'color'] as const) {
    const value = trace[key];
    if (value !== null) {
      options.push(`${key}=${escape(String(value))}`);
    }
  }
  for (const limit of trace.limits) {
    options.push(`limit=${escape(String(limit))}`);
  }
  for (const key of ['log', 'hidden'] as const) {
    if (trace[key]) {
      options.push(key);
    }
  }
  return `t=${options.join(';')}`;
}

/** ISO 8601 in UTC to the nanosecond; empty for what is no date. */
function timeText(ms: number): string {
  const whole = Math.floor(ms);
  if (!(whole >= YEAR_0 && whole < YEAR_10000)) {
    return '';
  }
  const nano = Math.min(999_999, Math.round((ms - whole) * 1e6));
  const iso = new Date(whole).toISOString().slice(0, -1);
  return nano === 0 ? `${iso}Z` : `${iso}${String(nano).padStart(6, '0').replace(/0+$/, '')}Z`;
}

const YEAR_0 = Date.parse('0000-01-01T00:00:00Z');
const YEAR_10000 = Date.parse('+010000-01-01T00:00:00Z');

function timeOf(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  const seconds = Date.parse(`${match?.[1]}Z`);
  if (match === null || Number.isNaN(seconds)) {
    return null;
  }
  const nano = (match[2] ?? '').padEnd(9, '0');
  return seconds + Number(nano.slice(0, 3)) + Number(nano.slice(3)) / 1e6;
}

/**
 * The state of a query, with or without its question mark, and what of it could not be used, in
 * words for a person. Never throws; the rest of a bad query still counts.
 */
export function decodeState(
  query: string,
  defaults: PageState,
): { state: PageState; problems: string[] } {
  return new Decoder(defaults).decode(query);
}

class Decoder {
  private readonly problems: string[] = [];
  private readonly seen = new Set<string>();
  private readonly traces: TraceState[] = [];
  private readonly tags = new Set<string>();
  private readonly leftOut: string[] = [];
  private leftOutCount = 0;
  private readonly state: PageState;

  constructor(defaults: PageState) {
    this.state = { ...defaults, traces: [...defaults.traces], cursors: [...defaults.cursors] };
  }

  decode(query: string): { state: PageState; problems: string[] } {
    let text = query.startsWith('?') ? query.slice(1) : query;
    if (text.length > ADDRESS_CHARS_MAX) {
      this.problem(`the address has over ${ADDRESS_CHARS_MAX} characters; the rest is left out`);
      text = text.slice(0, Math.max(0, text.lastIndexOf('&', ADDRESS_CHARS_MAX)));
    }
    const parts = text.split('&').filter((part) => part !== '');
    if (parts.length > 0) {
      this.state.unit = null;
      this.state.batch = null;
      this.state.cursors = [];
    }
    for (const part of parts) {
      this.part(part);
    }
    if (this.seen.has('t')) {
      this.state.traces = this.traces;
    }
    if (this.leftOutCount > 0) {
      const more = this.leftOutCount - this.leftOut.length;
      this.problems.push(
        `only ${TRACES_MAX} traces are shown; left out: ${this.leftOut.join(', ')}` +
          (more > 0 ? ` and ${more} more` : ''),
      );
    }
    return { state: this.state, problems: this.problems };
  }

  private part(part: string): void {
    const [rawKey, rawValue] = splitOnce(part, '=');
    const key = this.unescape(rawKey);
    if (key === null) {
      return;
    }
    if (key === 't') {
      this.seen.add(key);
      this.trace(rawValue ?? '');
      return;
    }
    if (this.seen.has(key)) {
      this.problem(`${quote(key)} is given twice; the first counts`);
      return;
    }
    this.seen.add(key);
    const value = this.unescape(rawValue ?? '');
    if (value === null) {
      return;
    }
    switch (key) {
      case 'start':
      case 'end':
        if (value.trim() === '' || value.length > TIME_CHARS_MAX) {
          this.problem(`${key} must be a time of 1 to ${TIME_CHARS_MAX} characters`);
        } else {
          this.state[key] = value;
        }
        return;
      case 'zone': {
        const zone = ZONES.find((z) => z === value);
        if (zone === undefined) {
          this.problem(`zone must be one of ${ZONES.join(', ')}, not ${quote(value)}`);
        } else {
          this.state.zone = zone;
        }
        return;
      }
      case 'live':
      case 'lanes':
        if (value === '0' || value === '1') {
          this.state[key] = value === '1';
        } else {
          this.problem(`${key} must be 0 or 1, not ${quote(value)}`);
        }
        return;
      case 'unit':
      case 'batch':
        this.state[key] = this.name(key, value);
        return;
      case 'cursors':
        this.cursors(value);
        return;
      default:
        this.problem(`${quote(key)} is not known and is left out`);
    }
  }

  private trace(raw: string): void {
    if (raw === '') {
      return;
    }
    const [rawTag = '', ...options] = raw.split(';');
    const unescaped = this.unescape(rawTag);
    const tag = unescaped === null ? null : this.name('a tag', unescaped);
    if (tag === null) {
      return;
    }
    if (this.tags.has(tag)) {
      this.problem(`${quote(tag)} is listed twice; the first counts`);
      return;
    }
    this.tags.add(tag);
    if (this.traces.length === TRACES_MAX) {
      this.leftOutCount++;
      if (this.leftOut.length < NAMED_MAX) {
        this.leftOut.push(quote(tag));
      }
      return;
    }
    const trace: TraceState = { tag, ...PLAIN, limits: [] };
    for (const option of options) {
      this.option(trace, option);
    }
    if (trace.min !== null && trace.max !== null && trace.min >= trace.max) {
      this.problem(`min must be below max for ${quote(tag)}; both are left out`);
      trace.min = null;
      trace.max = null;
    }
    this.traces.push(trace);
  }

  private option(trace: TraceState, option: string): void {
    const [rawKey, rawValue] = splitOnce(option, '=');
    const key = this.unescape(rawKey);
    const value = this.unescape(rawValue ?? '');
    if (key === null || value === null || option === '') {
      return;
    }
    const at = `for ${quote(trace.tag)}`;
    switch (key) {
      case 'log':
      case 'hidden':
        if (rawValue === null || value === '1') {
          trace[key] = true;
        } else {
          this.problem(`${key} takes no value ${at}`);
        }
        return;
      case 'scale':
        trace.scale = this.name('scale', value);
        return;
      case 'min':
      case 'max':
        if (NUMBER.test(value) && Number.isFinite(Number(value))) {
          trace[key] = Number(value);
        } else {
          this.problem(`${key} must be a number, not ${quote(value)}, ${at}`);
        }
        return;
      case 'limit':
        if (!NUMBER.test(value) || !Number.isFinite(Number(value))) {
          this.problem(`limit must be a number, not ${quote(value)}, ${at}`);
        } else if (trace.limits.length === LIMITS_MAX) {
          this.problem(`only ${LIMITS_MAX} limits are shown ${at}`);
        } else {
          trace.limits.push(Number(value));
        }
        return;
      case 'color':
        if (/^\d{1,3}$/.test(value)) {
          trace.color = Number(value);
        } else {
          this.problem(`color must be a number from 0 to ${COLOR_MAX}, not ${quote(value)}, ${at}`);
        }
        return;
      default:
        this.problem(`${quote(key)} is not known ${at} and is left out`);
    }
  }

  private cursors(value: string): void {
    for (const text of value.split(',').filter((t) => t !== '')) {
      const ms = timeOf(text);
      if (ms === null) {
        this.problem(`a cursor must be a time such as 2026-10-25T06:00:00Z, not ${quote(text)}`);
      } else if (this.state.cursors.length === CURSORS_MAX) {
        this.problem(`only ${CURSORS_MAX} cursors are shown`);
        return;
      } else {
        this.state.cursors.push(ms);
      }
    }
  }

  private name(what: string, value: string): string | null {
    if (value === '' || value.length > NAME_CHARS_MAX) {
      this.problem(`${what} must have 1 to ${NAME_CHARS_MAX} characters`);
      return null;
    }
    return value;
  }

  private unescape(raw: string): string | null {
    const text = unescape(raw);
    if (text === null) {
      this.problem(`${quote(raw)} is not percent-encoded rightly and is left out`);
    }
    return text;
  }

  private problem(text: string): void {
    if (this.problems.length < PROBLEMS_MAX) {
      this.problems.push(text);
    }
  }
}

const PLAIN: Omit<TraceState, 'tag' | 'limits'> = {
  scale: null,
  min: null,
  max: null,
  log: false,
  hidden: false,
  color: null,
};

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
