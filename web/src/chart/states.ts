/**
 * Bars for tags that have states or texts instead of a line: digital, bool and string tags. A state
 * holds until the next sample.
 */
import { qualityOf, type QualityClass, type Samples } from '../model';

/** The time a tag was in one state. `ordinal` is null for strings, and where there is no value. */
export interface StateBar {
  startMs: number;
  endMs: number;
  ordinal: number | null;
  text: string;
  quality: QualityClass;
  status: number;
}

/** Several bars too narrow to draw one by one. */
export interface BusyBar {
  busy: true;
  startMs: number;
  endMs: number;
  /** How many bars it stands for, at least two. */
  count: number;
  /** Their texts, each once, in the order of appearance; at most `TEXTS_MAX`. */
  texts: string[];
  /** The worst of theirs. */
  quality: QualityClass;
}

export type DrawnBar = (StateBar & { busy: false }) | BusyBar;

const TEXTS_MAX = 20;

/**
 * The bars up to `endMs`, in order and without overlap; neighbours in the same state are one. The
 * last holds until `endMs`. Good samples of one state join whatever their status says beside Good;
 * Bad and Uncertain ones keep their reason apart.
 *
 * @param states texts by ordinal; empty for bool tags (`false`, `true`) and string tags. A Bad
 *     sample without a value has no ordinal and no text.
 */
export function stateBars(samples: Samples, states: string[], endMs: number): StateBar[] {
  const found: StateBar[] = [];
  let open: StateBar | null = null;
  for (let i = 0; i < samples.timeMs.length; i++) {
    const startMs = samples.timeMs[i]!;
    if (startMs >= endMs) {
      break;
    }
    const status = samples.status[i] ?? 0;
    const quality = qualityOf(status);
    const ordinal = samples.value[i] ?? null;
    const text = textOf(ordinal, samples.text[i] ?? null, states);
    const same: boolean =
      open !== null &&
      open.ordinal === ordinal &&
      open.text === text &&
      open.quality === quality &&
      (quality === 'good' || open.status === status);
    if (same) {
      continue;
    }
    if (open !== null) {
      open.endMs = startMs;
    }
    open = { startMs, endMs, ordinal, text, quality, status };
    found.push(open);
  }
  return found.filter((bar) => bar.endMs > bar.startMs);
}

function textOf(ordinal: number | null, text: string | null, states: string[]): string {
  if (ordinal === null) {
    return text ?? '';
  }
  const state = states[ordinal] ?? text;
  if (state !== null) {
    return state;
  }
  if (states.length === 0 && (ordinal === 0 || ordinal === 1)) {
    return ordinal === 1 ? 'true' : 'false';
  }
  return String(ordinal);
}

const WORSE: Record<QualityClass, number> = { good: 0, uncertain: 1, bad: 2 };

/**
 * What to draw between start and end on `widthPx` pixels: runs of bars narrower than `minPx` each
 * become one busy bar, so that fast toggling neither vanishes nor flickers. Widths are those of the
 * whole bars, also where they begin or end outside, so that panning changes nothing.
 *
 * A single narrow bar stays as it is; it and a narrow busy bar may be drawn `minPx` wide, since the
 * bars beside them are at least that wide. Bars wholly outside are left out.
 */
export function busyBars(
  bars: StateBar[],
  startMs: number,
  endMs: number,
  widthPx: number,
  minPx = 3,
): DrawnBar[] {
  const minMs = widthPx > 0 ? ((endMs - startMs) / widthPx) * minPx : Infinity;
  const found: DrawnBar[] = [];
  let at = 0;
  while (at < bars.length) {
    let end = at;
    while (end < bars.length && isNarrow(bars[end]!, minMs) && touches(bars, at, end)) {
      end++;
    }
    const drawn = end - at > 1 ? merged(bars, at, end) : { ...bars[at]!, busy: false as const };
    if (drawn.endMs > startMs && drawn.startMs < endMs) {
      found.push(drawn);
    }
    at = Math.max(end, at + 1);
  }
  return found;
}

function isNarrow(bar: StateBar, minMs: number): boolean {
  return bar.endMs - bar.startMs < minMs;
}

/** Whether the bar follows the one before it without a gap, or is the first of its run. */
function touches(bars: StateBar[], first: number, index: number): boolean {
  return index === first || bars[index - 1]!.endMs >= bars[index]!.startMs;
}

function merged(bars: StateBar[], from: number, to: number): BusyBar {
  const texts = new Set<string>();
  let quality: QualityClass = 'good';
  for (let i = from; i < to; i++) {
    const bar = bars[i]!;
    if (texts.size < TEXTS_MAX) {
      texts.add(bar.text);
    }
    quality = WORSE[bar.quality] > WORSE[quality] ? bar.quality : quality;
  }
  return {
    busy: true,
    startMs: bars[from]!.startMs,
    endMs: bars[to - 1]!.endMs,
    count: to - from,
    texts: [...texts],
    quality,
  };
}
