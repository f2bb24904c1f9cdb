/** Keeps the samples of a live chart: what comes in, what falls out at the left edge. */
import type { Samples } from '../model';
import { firstAtOrAfter } from './scales';

/**
 * Takes `more` into `samples`, in place, and returns it. Newer samples are appended, late ones take
 * their place in order, and one at a time that is there already replaces it; of several at one time
 * in `more` the last wins. Then what is older than `startMs` is dropped, except the last of it,
 * which is the value at the left edge.
 *
 * `more` may come in any order and is left as it is. Times are the same if their milliseconds are,
 * so two samples less than 250 ns apart are taken for one.
 */
export function appendLive(samples: Samples, more: Samples, startMs: number): Samples {
  const order = ascending(more);
  const first = order[0];
  if (first !== undefined) {
    // from here on the two must be merged; usually this is the end of what is there
    const from = firstAtOrAfter(samples.timeMs, more.timeMs[first]!);
    const tail = cut(samples, from);
    let at = 0;
    for (const next of order) {
      const time = more.timeMs[next]!;
      while (at < tail.timeMs.length && tail.timeMs[at]! < time) {
        push(samples, tail, at++);
      }
      if (at < tail.timeMs.length && tail.timeMs[at] === time) {
        at++;
      }
      if (samples.timeMs.at(-1) === time) {
        cut(samples, samples.timeMs.length - 1);
      }
      push(samples, more, next);
    }
    while (at < tail.timeMs.length) {
      push(samples, tail, at++);
    }
  }
  const drop = firstAtOrAfter(samples.timeMs, startMs) - 1;
  if (drop > 0) {
    samples.timeMs.splice(0, drop);
    samples.ts.splice(0, drop);
    samples.value.splice(0, drop);
    samples.text.splice(0, drop);
    samples.status.splice(0, drop);
  }
  return samples;
}

/** The indexes in ascending time; equal times keep their order. */
function ascending(samples: Samples): number[] {
  const { timeMs } = samples;
  return timeMs.map((_, i) => i).sort((a, b) => timeMs[a]! - timeMs[b]! || a - b);
}

/** Takes the samples from an index on away. */
function cut(samples: Samples, from: number): Samples {
  return {
    timeMs: samples.timeMs.splice(from),
    ts: samples.ts.splice(from),
    value: samples.value.splice(from),
    text: samples.text.splice(from),
    status: samples.status.splice(from),
  };
}

function push(to: Samples, from: Samples, index: number): void {
  to.timeMs.push(from.timeMs[index]!);
  to.ts.push(from.ts[index]!);
  to.value.push(from.value[index] ?? null);
  to.text.push(from.text[index] ?? null);
  to.status.push(from.status[index] ?? 0);
}
