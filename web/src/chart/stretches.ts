/**
 * Where the data are not Good, and the lines that may be drawn through the rest. Nothing is drawn
 * where nothing is known: simple bounds, as the server's plot has them.
 */
import { qualityOf, type Samples } from '../model';
import { usableValue } from './scales';

/** A time in which a tag was not Good, from the sample that says so to the one that ends it. */
export interface Stretch {
  startMs: number;
  endMs: number;
  quality: 'bad' | 'uncertain';
  status: number;
}

/**
 * The Bad and Uncertain times up to `endMs`, in order, without overlap. A sample opens one that
 * lasts to the next sample of another status; samples of one status make one. The last stays open
 * until `endMs`.
 */
export function stretches(samples: Samples, endMs: number): Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | null = null;
  const close = (atMs: number): void => {
    if (open !== null) {
      open.endMs = Math.min(atMs, endMs);
      if (open.endMs > open.startMs) {
        found.push(open);
      }
      open = null;
    }
  };
  samples.timeMs.forEach((startMs, i) => {
    const status = samples.status[i] ?? 0;
    if (open !== null && open.status === status) {
      return;
    }
    close(startMs);
    const quality = qualityOf(status);
    if (quality !== 'good') {
      open = { startMs, endMs: startMs, quality, status };
    }
  });
  close(endMs);
  return found;
}

/** One line to draw. A single point is a sample that stands alone. */
export interface LineSegment {
  timeMs: number[];
  value: number[];
}

/**
 * The lines through the Good and Uncertain values, in order.
 *
 * A Bad sample ends a line: the value before it is held until its time, then there is a gap to the
 * next usable sample. A sample that is not Bad but has no value (null, NaN, infinite) ends the line
 * at the value before it, without holding. A stepped tag holds every value until the next sample:
 * two points at one time make the edge.
 *
 * @param holdToMs for stepped tags: hold the newest value until then, for example until now
 */
export function lineSegments(samples: Samples, step: boolean, holdToMs?: number): LineSegment[] {
  const found: LineSegment[] = [];
  let open: LineSegment | null = null;
  let last = 0;
  const { timeMs } = samples;
  for (let i = 0; i < timeMs.length; i++) {
    const at = timeMs[i]!;
    const value = usableValue(samples, i);
    if (value === null) {
      if (open !== null && qualityOf(samples.status[i] ?? 0) === 'bad') {
        hold(open, last, at);
      }
      open = null;
      continue;
    }
    if (open === null) {
      open = { timeMs: [], value: [] };
      found.push(open);
    } else if (step) {
      hold(open, last, at);
    }
    open.timeMs.push(at);
    open.value.push(value);
    last = value;
  }
  if (open !== null && step && holdToMs !== undefined) {
    hold(open, last, holdToMs);
  }
  return found;
}

function hold(line: LineSegment, value: number, untilMs: number): void {
  const from = line.timeMs.at(-1);
  if (from !== undefined && untilMs > from) {
    line.timeMs.push(untilMs);
    line.value.push(value);
  }
}
