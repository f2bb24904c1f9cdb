/**
 * Value axes: which range to show, where its ticks are and how many digits a value needs. Values
 * are in the tag's unit of measure; a range is `[min, max]` as uPlot takes it, finite, min below
 * max.
 */
import { qualityOf, type Samples } from '../model';

export type Range = [min: number, max: number];

/** Room above and below the data, as a part of their span. */
const PADDING = 0.05;
/** Zero joins the range if it is no further from the data than this part of their span. */
const ZERO_NEAR = 0.2;
/** A span below this part of the values is rounding noise: the data are flat. */
const FLAT = 1e-12;

/** 1, 2 or 5 times a power of ten; kept in two parts, so that its multiples are exact decimals. */
interface Step {
  factor: number;
  power: number;
}

const FACTORS = [1, 2, 5, 10];

/** The smallest step that is not below `x`, which is positive and finite. */
function stepFor(x: number): Step {
  const power = Math.floor(Math.log10(x));
  // a step that is too small by rounding alone is meant
  const factor = FACTORS.find((f) => decimal(f, power) >= x * (1 - 1e-9)) ?? 20;
  return { factor, power };
}

/** `n` times ten to the power, correctly rounded: 3 times 0.1 is 0.3. */
function decimal(n: number, power: number): number {
  return Number(`${n}e${power}`);
}

function multiple(count: number, step: Step): number {
  return decimal(count * step.factor, step.power) + 0; // not -0
}

/**
 * A range with some room around the data, on round numbers, so that it stays put while the data
 * move a little. It ends at zero where the data come near, and is never pulled there from afar.
 * Flat data get a range around them; without data (NaN, or lo above hi) it is 0 to 1.
 */
export function niceRange(lo: number, hi: number): Range {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo > hi) {
    return [0, 1];
  }
  const size = Math.max(Math.abs(lo), Math.abs(hi));
  let span = hi - lo;
  if (span <= size * FLAT) {
    const half = size === 0 ? 1 : size * PADDING;
    span = 2 * half;
    lo -= half;
    hi += half;
  } else if (!Number.isFinite(span)) {
    return [lo, hi];
  } else {
    const pad = span * PADDING;
    lo = lo >= 0 && lo <= span * ZERO_NEAR ? 0 : lo - pad;
    hi = hi <= 0 && -hi <= span * ZERO_NEAR ? 0 : hi + pad;
  }
  const step = stepFor(span / 20);
  const length = multiple(1, step);
  const min = multiple(Math.floor(lo / length + 1e-9), step);
  const max = multiple(Math.ceil(hi / length - 1e-9), step);
  return min < max && Number.isFinite(min) && Number.isFinite(max) ? [min, max] : [lo, hi];
}

/**
 * A range for a logarithmic axis, on 1, 2 or 5 times powers of ten; values up to 0 are left out.
 */
export function logRange(lo: number, hi: number): Range {
  if (!Number.isFinite(hi) || !(hi > 0) || lo > hi || Number.isNaN(lo)) {
    return [1, 10];
  }
  const from = lo > 0 ? lo : hi / 1000;
  const { factor, power } = stepFor(from);
  const at = decimal(factor, power);
  // the step at or below it: stepFor gives the one at or above
  const below = at <= from * (1 + 1e-9) ? at : decimal(factor / (factor === 5 ? 2.5 : 2), power);
  const min = below > 0 ? below : from;
  const max = Math.min(multiple(1, stepFor(hi)), Number.MAX_VALUE);
  return min < max ? [min, max] : [min / 2, Math.min(max * 2, Number.MAX_VALUE)];
}

/** What of the samples `dataRange` counts. */
export interface DataRangeOptions {
  /** Values hold until the next sample instead of running to it on a line. Default false. */
  step?: boolean;
  /** Leave out values up to 0, for a logarithmic axis. Default false. */
  positiveOnly?: boolean;
}

/**
 * Smallest and largest of what is drawn between start and end: Good and Uncertain values of the
 * samples in it (both ends included), and what the line is at the two edges, held or interpolated
 * from the neighbours outside. A last value before the start counts if nothing follows. Null
 * without any.
 */
export function dataRange(
  samples: Samples,
  startMs: number,
  endMs: number,
  options: DataRangeOptions = {},
): Range | null {
  const { timeMs } = samples;
  let lo = Infinity;
  let hi = -Infinity;
  const count = (value: number | null): void => {
    if (value !== null && (options.positiveOnly !== true || value > 0)) {
      lo = Math.min(lo, value);
      hi = Math.max(hi, value);
    }
  };
  const first = firstAtOrAfter(timeMs, startMs);
  let next = first;
  for (; next < timeMs.length && timeMs[next]! <= endMs; next++) {
    count(usableValue(samples, next));
  }
  if (timeMs[first] !== startMs) {
    count(edgeValue(samples, first, startMs, options.step === true));
  }
  if (next > 0 && next < timeMs.length && timeMs[next - 1] !== endMs) {
    count(edgeValue(samples, next, endMs, options.step === true));
  }
  return lo <= hi ? [lo, hi] : null;
}

/** The index of the first time not before `ms`; the length if there is none. */
export function firstAtOrAfter(timeMs: number[], ms: number): number {
  let low = 0;
  let high = timeMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeMs[middle]! < ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The value that a line may be drawn through: a finite number that is not Bad. */
export function usableValue(samples: Samples, index: number): number | null {
  const value = samples.value[index];
  return value === null || value === undefined || !Number.isFinite(value) ||
    qualityOf(samples.status[index] ?? 0) === 'bad'
    ? null
    : value;
}

/** What the line is at `ms`, which lies between the samples `next - 1` and `next`. */
function edgeValue(samples: Samples, next: number, ms: number, step: boolean): number | null {
  const before = next > 0 ? usableValue(samples, next - 1) : null;
  if (before === null) {
    return null;
  }
  const after = next < samples.timeMs.length ? usableValue(samples, next) : null;
  if (step || after === null) {
    return before;
  }
  const from = samples.timeMs[next - 1]!;
  const to = samples.timeMs[next]!;
  const part = (ms - from) / (to - from);
  return before * (1 - part) + after * part;
}

/**
 * The range of a scale whose [lo, hi] fills just one of several horizontal lanes of equal height.
 *
 * @param lane from 0, the topmost
 * @param gapFraction part of a lane's height that stays free, half above and half below
 */
export function laneRange(
  lo: number,
  hi: number,
  lane: number,
  laneCount: number,
  gapFraction: number,
): Range {
  const top = hi > lo ? hi : lo + 1;
  const gap = Math.min(0.9, Math.max(0, gapFraction)) / 2;
  const from = (laneCount - 1 - lane + gap) / laneCount;
  const height = (1 - 2 * gap) / laneCount;
  const span = (top - lo) / height;
  const min = lo - from * span;
  return [min, min + span];
}

/** Digits that make a thousandth of the span visible. */
function decimalsFor(span: number): number {
  return span > 0 && Number.isFinite(span) ? Math.ceil(-Math.log10(span / 1000) - 1e-9) : 3;
}

/**
 * The value with as many decimals as a range of [lo, hi] deserves: a thousandth of it can be told
 * apart. Very large and very small ones with an exponent. `NaN`, `∞` and `-∞` as such.
 */
export function formatValue(v: number, lo: number, hi: number): string {
  if (!Number.isFinite(v)) {
    return Number.isNaN(v) ? 'NaN' : v > 0 ? '∞' : '-∞';
  }
  const span = Math.abs(hi - lo);
  const decimals = decimalsFor(span > 0 ? span : Math.abs(v));
  if (v === 0 && decimals > 8) {
    return '0';
  }
  if (Math.abs(v) >= 1e12 || decimals > 8) {
    // as many digits as reach down to a thousandth of the span, from the first of the value
    const digits = Math.floor(Math.log10(Math.abs(v))) + decimals;
    const text = v.toExponential(Math.min(15, Math.max(0, digits)));
    return text.replace(/\.?0*e\+?/, 'e');
  }
  const text = v.toFixed(Math.max(0, decimals));
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}

/**
 * Round values from lo to hi (both included), at most `maxCount`. Linear: steps of 1, 2 or 5 times
 * a power of ten. Logarithmic: 1, 2 and 5, or only powers of ten, or every so many of them; where
 * the range is too short for three of those, linear steps.
 */
export function valueTicks(lo: number, hi: number, maxCount: number, log: boolean): number[] {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo >= hi || !(maxCount >= 1)) {
    return [];
  }
  if (log && lo > 0) {
    const found = logTicks(lo, hi, maxCount);
    if (found.length >= Math.min(3, maxCount)) {
      return found;
    }
  }
  // one step more than fits is the worst that the first guess can be off by
  let step = stepFor(Math.min(hi - lo, Number.MAX_VALUE) / maxCount);
  for (;;) {
    const length = multiple(1, step);
    if (!Number.isFinite(length) || length === 0) {
      return [];
    }
    const from = Math.ceil(lo / length - 1e-9);
    const to = Math.floor(hi / length + 1e-9);
    if (to - from + 1 <= maxCount) {
      const found = Array.from({ length: to - from + 1 }, (_, i) => multiple(from + i, step));
      // steps below the resolution of the values would repeat them
      return found.filter((v, i) => i === 0 || v > found[i - 1]!);
    }
    step = stepFor(length * 1.1);
  }
}

function logTicks(lo: number, hi: number, maxCount: number): number[] {
  const fromDecade = Math.floor(Math.log10(lo));
  const toDecade = Math.ceil(Math.log10(hi));
  const inRange = (x: number): boolean => x >= lo * (1 - 1e-9) && x <= hi * (1 + 1e-9);
  const decades = Array.from({ length: toDecade - fromDecade + 1 }, (_, i) => fromDecade + i);
  for (const factors of [[1, 2, 5], [1]]) {
    const all = decades.flatMap((d) => factors.map((f) => decimal(f, d))).filter(inRange);
    if (all.length <= maxCount) {
      return all;
    }
  }
  for (let every = 2; ; every++) {
    const some = decades.filter((d) => d % every === 0).map((d) => decimal(1, d)).filter(inRange);
    if (some.length <= maxCount) {
      return some;
    }
  }
}

/** Texts of ticks: as many decimals as the finest of them needs, the same for all. */
export function tickTexts(values: number[]): string[] {
  const plain = values.map((v) => String(v));
  if (plain.some((t) => t.includes('e'))) {
    return plain;
  }
  const decimals = Math.max(0, ...plain.map((t) => t.length - 1 - (t.includes('.') ? t.indexOf('.') : t.length - 1)));
  return values.map((v) => v.toFixed(Math.min(12, decimals)));
}
