/** A trace as the page holds it: what the address says of it, what the server says of its tag. */
import type { Summary } from '../api';
import { isMeasurement, qualityOf, type Samples, type TagInfo } from '../model';
import type { TraceState } from '../state/permalink';
import type { LineSegment, Stretch } from './stretches';

export interface Trace extends TraceState {
  info: TagInfo;
  samples: Samples;
  statusTexts: Record<string, string>;
  /** Colour on this screen. */
  paint: string;
  /** Why there is nothing to show, if so. */
  error: string | null;
  /** Figures of the visible range; null while they are not there. */
  summary: Summary | null;
  totalUom: string;
  /** Lines and stretches of the samples, made when first drawn; null after a change. */
  lines: LineSegment[] | null;
  bad: Stretch[] | null;
}

export const NO_SAMPLES: Samples = { timeMs: [], ts: [], value: [], text: [], status: [] };

export function emptySamples(): Samples {
  return { timeMs: [], ts: [], value: [], text: [], status: [] };
}

/** Whether the tag has a line on a scale, instead of bars with texts. */
export function isNumeric(trace: { info: TagInfo }): boolean {
  return isMeasurement(trace.info.type);
}

/** Name of a status code, as the server names it. */
export function statusText(trace: Trace, status: number): string {
  return trace.statusTexts[String(status)] ?? `0x${(status >>> 0).toString(16).padStart(8, '0')}`;
}

const LIGHT = ['#0b62c4', '#c2410c', '#15803d', '#9333ea', '#b3134e', '#0e7490', '#8a5a00', '#475569'];
const DARK = ['#5cb3ff', '#ff9a5c', '#5fd38d', '#c792ff', '#ff7aa8', '#4fd1e0', '#e3b341', '#a8b3c2'];

export function palette(dark: boolean): string[] {
  return dark ? DARK : LIGHT;
}

/** The sample that a reader at an instant sees: the last at or before it. -1 if there is none. */
export function indexAt(samples: Samples, ms: number): number {
  let low = 0;
  let high = samples.timeMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (samples.timeMs[middle]! <= ms) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** Whether a reader at an instant sees no value: before the first sample, from a Bad one on, or after the last. */
export function isBlank(trace: Trace, ms: number): boolean {
  const { samples } = trace;
  const index = indexAt(samples, ms);
  if (index < 0) {
    return true;
  }
  const isLast = index === samples.timeMs.length - 1;
  return qualityOf(samples.status[index] ?? 0) !== 'good'
    || (samples.value[index] === null && samples.text[index] === null)
    || (isLast && ms > samples.timeMs[index]!);
}

/** Of the two samples around an instant the nearer one; -1 without samples. */
export function nearest(samples: Samples, ms: number): number {
  const before = indexAt(samples, ms);
  const after = before + 1;
  if (after >= samples.timeMs.length) {
    return before;
  }
  if (before < 0) {
    return after;
  }
  return ms - samples.timeMs[before]! <= samples.timeMs[after]! - ms ? before : after;
}

/** What is shown of a sample. */
export function valueText(trace: Trace, index: number, digits: (v: number) => string): string {
  const { samples, info } = trace;
  const text = samples.text[index];
  if (text !== null && text !== undefined) {
    return text;
  }
  const value = samples.value[index];
  if (value === null || value === undefined) {
    return '–';
  }
  if (info.type === 'digital') {
    return info.states[value] ?? String(value);
  }
  if (info.type === 'bool') {
    return value === 0 ? 'false' : 'true';
  }
  return digits(value);
}

/** OPC UA historian bits: 0 Raw, 1 Calculated, 2 Interpolated; meant only with InfoType DataValue. */
export function isRecorded(status: number): boolean {
  return (status & 0x0c00) !== 0x0400 || (status & 0x03) === 0;
}
