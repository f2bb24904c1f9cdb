/** Says something in passing, and what is under the pointer. */
import { explainGap } from '../api';
import { fill, h } from '../dom';

export class Notes {
  readonly element = h('div', { class: 'notes', role: 'status' });
  private timer = 0;

  /** Shows lines; the longer they are, the longer they stay. */
  say(lines: string[]): void {
    if (lines.length === 0) {
      return;
    }
    fill(this.element, ...lines.map((line) => h('p', {}, line)),
      h('button', { type: 'button', class: 'plain', 'aria-label': 'Dismiss', onclick: () => fill(this.element) }, '×'));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => fill(this.element), 4_000 + 60 * lines.join('').length);
  }
}

export class Tip {
  readonly element = h('div', { class: 'tip', hidden: true, role: 'tooltip' });

  /** Shows lines beside the pointer; none hides it. */
  show(at: MouseEvent, lines: string[]): void {
    this.element.hidden = lines.length === 0;
    fill(this.element, ...lines.flatMap((line, i) => (i === 0 ? [line] : [h('br'), line])));
    const width = this.element.offsetWidth;
    this.element.style.left = `${Math.min(at.clientX + 14, innerWidth - width - 8)}px`;
    this.element.style.top = `${at.clientY + 16}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}

/** Asks why there is no value once the pointer rests; the newest question counts. */
export class Explainer {
  private static readonly REST_MS = 250;
  private static readonly TAGS_MAX = 3;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = new AbortController();

  /** @param done takes a line a tag that has no value then */
  ask(tags: string[], ms: number, done: (lines: string[]) => void): void {
    this.stop();
    if (tags.length === 0) {
      return;
    }
    this.timer = setTimeout(() => {
      const { signal } = this.asking;
      const asked = tags.slice(0, Explainer.TAGS_MAX).map(async (tag) => {
        const text = await explainGap(tag, ms, signal).catch(() => null); // what was said before stays
        return text === null ? [] : [`${tag}: ${text}`];
      });
      void Promise.all(asked).then((lines) => {
        if (!signal.aborted) {
          done(lines.flat());
        }
      });
    }, Explainer.REST_MS);
  }

  /** Forgets what was asked. */
  stop(): void {
    clearTimeout(this.timer);
    this.asking.abort();
    this.asking = new AbortController();
  }
}
