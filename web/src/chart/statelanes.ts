/**
 * Bars of digital, bool and string traces under the chart, one row each, on the chart's time axis:
 * the text of each state, hatched where it is not Good, "busy" where it toggles faster than pixels.
 */
import { h } from '../dom';
import { describeDuration, formatTime } from '../time/zone';
import { busyBars, stateBars, type DrawnBar } from './states';
import { isNumeric, statusText, type Trace } from './trace';
import { color, font, type View } from './trend';

const ROW_PX = 22;
const BAR_PX = 16;

/** Quiet colours for states, by ordinal; the text tells them apart, the colour helps. */
const STATES = ['#7f8ea3', '#d39b2a', '#2f9e68', '#d1495b', '#4f7fd6', '#9b6fd0', '#3a9fb0', '#a8733a'];

export class StateLanes {
  readonly element = h('div', { class: 'states' });
  private readonly canvas = h('canvas');
  private rows: { trace: Trace; bars: DrawnBar[] }[] = [];
  private view: View = { startMs: 0, endMs: 1 };
  private edges = { left: 0, width: 1 };

  constructor(private readonly now: () => number) {
    this.element.append(this.canvas);
  }

  show(traces: Trace[], view: View, edges: { left: number; width: number }): void {
    this.view = view;
    this.edges = edges;
    const end = Math.min(view.endMs, this.now());
    this.rows = traces
      .filter((t) => !isNumeric(t) && !t.hidden)
      .map((trace) => ({
        trace,
        bars: busyBars(
          stateBars(trace.samples, trace.info.states, end), view.startMs, view.endMs, edges.width),
      }));
    this.draw();
  }

  private draw(): void {
    const height = this.rows.length * ROW_PX;
    this.element.style.height = `${height}px`;
    this.element.hidden = height === 0; // before its width is asked for: hidden, it has none
    const width = this.element.clientWidth;
    const ratio = devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const ctx = this.canvas.getContext('2d');
    if (ctx === null || height === 0) {
      return;
    }
    ctx.scale(ratio, ratio);
    ctx.font = font(this.element);
    ctx.textBaseline = 'middle';
    this.rows.forEach(({ trace, bars }, row) => {
      const top = row * ROW_PX + (ROW_PX - BAR_PX) / 2;
      ctx.fillStyle = trace.paint;
      ctx.textAlign = 'right';
      ctx.fillText(shorten(ctx, trace.tag, this.edges.left - 10), this.edges.left - 6, top + BAR_PX / 2);
      ctx.save();
      ctx.beginPath();
      ctx.rect(this.edges.left, row * ROW_PX, this.edges.width, ROW_PX);
      ctx.clip();
      for (const bar of bars) {
        this.drawBar(ctx, trace, bar, top);
      }
      ctx.restore();
    });
  }

  private x(ms: number): number {
    const { startMs, endMs } = this.view;
    return this.edges.left + ((ms - startMs) / (endMs - startMs)) * this.edges.width;
  }

  private drawBar(ctx: CanvasRenderingContext2D, trace: Trace, bar: DrawnBar, top: number): void {
    const from = Math.max(this.edges.left, this.x(bar.startMs));
    const to = Math.min(this.edges.left + this.edges.width, this.x(bar.endMs));
    const width = Math.max(3, to - from);
    if (bar.busy) {
      ctx.fillStyle = trace.paint;
      ctx.globalAlpha = 0.45;
      for (let x = from; x < from + width; x += 4) {
        ctx.fillRect(x, top, 2, BAR_PX);
      }
      ctx.globalAlpha = 1;
      if (width > 40) {
        ctx.fillStyle = color(this.element, '--fg');
        ctx.textAlign = 'left';
        ctx.fillText('busy', from + 4, top + BAR_PX / 2);
      }
      return;
    }
    if (bar.quality === 'bad') {
      this.hatch(ctx, trace.paint, from, top, width);
      return;
    }
    ctx.fillStyle = bar.ordinal === null ? trace.paint : STATES[bar.ordinal % STATES.length]!;
    ctx.globalAlpha = bar.ordinal === null ? 0.22 : 0.85;
    ctx.fillRect(from, top, Math.max(1, width - 1), BAR_PX);
    ctx.globalAlpha = 1;
    if (bar.quality === 'uncertain') {
      this.hatch(ctx, trace.paint, from, top, width);
    }
    ctx.fillStyle = bar.ordinal === null ? color(this.element, '--fg') : '#fff';
    ctx.textAlign = 'left';
    const text = shorten(ctx, bar.text, width - 8);
    if (text !== '') {
      ctx.fillText(text, from + 4, top + BAR_PX / 2 + 0.5);
    }
  }

  private hatch(ctx: CanvasRenderingContext2D, paint: string, x: number, top: number, width: number): void {
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, top, width, BAR_PX);
    ctx.clip();
    ctx.strokeStyle = paint;
    ctx.globalAlpha = 0.7;
    ctx.beginPath();
    for (let at = x - BAR_PX - (x % 6); at < x + width; at += 6) {
      ctx.moveTo(at, top + BAR_PX);
      ctx.lineTo(at + BAR_PX, top);
    }
    ctx.stroke();
    ctx.restore();
  }

  /** What stands at an instant in each row, in words. */
  textsAt(ms: number, zone: string): string[] {
    return this.rows.flatMap(({ trace, bars }) => {
      const bar = bars.find((b) => ms >= b.startMs && ms < b.endMs);
      if (bar === undefined) {
        return [];
      }
      const since = `${formatTime(bar.startMs, zone, 'second')}, ${describeDuration(bar.endMs - bar.startMs)}`;
      if (bar.busy) {
        return [`${trace.tag}: busy, ${bar.count} changes (${bar.texts.join(', ')})`];
      }
      const reason = bar.quality === 'good' ? '' : ` ${statusText(trace, bar.status)}`;
      return [`${trace.tag}: ${bar.text || '–'}${reason} since ${since}`];
    });
  }

  get picture(): HTMLCanvasElement {
    return this.canvas;
  }

  get height(): number {
    return this.rows.length * ROW_PX;
  }
}

/** The text, with an ellipsis where it is too wide; empty where not even that fits. */
export function shorten(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) {
    return text;
  }
  let length = Math.max(0, Math.floor((text.length * width) / ctx.measureText(text).width) - 1);
  while (length > 0 && ctx.measureText(`${text.slice(0, length)}…`).width > width) {
    length--;
  }
  return length === 0 ? '' : `${text.slice(0, length)}…`;
}
