/**
 * The chart of numeric traces on uPlot: own or shared scales, lanes, steps, gaps, hatched stretches
 * of what is not Good, markers, limits, two cursors; drag zooms, shift-drag pans, the wheel zooms.
 *
 * uPlot owns the canvas, the time axis, the selection and the mapping of scales to pixels. Lines are
 * drawn by path builders of ours over each trace's own samples, since plot answers have no common
 * times; value axes are drawn in the left margin, since lanes share one.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatTime, ticks } from '../time/zone';
import { dataRange, laneRange, logRange, niceRange, tickTexts, valueTicks, type Range } from './scales';
import { lineSegments, stretches, type Stretch } from './stretches';
import { indexAt, isNumeric, isRecorded, type Trace } from './trace';

export interface View {
  startMs: number;
  endMs: number;
}

export interface TrendOptions {
  zone(): string;
  /** Now, by the server's clock. */
  now(): number;
  onZoom(view: View): void;
  /** While a pan goes on, and once at its end. */
  onPan(view: View, done: boolean): void;
  /** The instant under the pointer; null when it leaves. */
  onHover(ms: number | null): void;
  onClick(ms: number): void;
}

const AXIS_WIDTH = 56;
const RIGHT = 22;
const HATCH_STEP = 7;
/** Fewer samples than one in so many pixels are marked one by one. */
const MARKER_PX = 7;

interface Scale {
  key: string;
  traces: Trace[];
  /** What the axis shows. */
  range: Range;
  /** What the scale of uPlot spans: in lanes more than the range. */
  span: Range;
  log: boolean;
  lane: number;
}

export class Trend {
  private plot: uPlot | null = null;
  private traces: Trace[] = [];
  private scales: Scale[] = [];
  private view: View = { startMs: 0, endMs: 1 };
  private lanes = false;
  private cursors: number[] = [];
  private shape = '';
  private observer: ResizeObserver;

  constructor(
    private readonly root: HTMLElement,
    private readonly options: TrendOptions,
  ) {
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
  }

  /** Pixels of the screen that the plot area is wide: what the server's columns must be. */
  get widthPx(): number {
    const axes = this.axisCount(this.traces) * AXIS_WIDTH + 8;
    const css = Math.max(50, this.root.clientWidth - axes - RIGHT);
    return Math.round(css * devicePixelRatio);
  }

  /** Left and right edge of the plot area, in CSS pixels of the root. */
  get edges(): { left: number; width: number } {
    const plot = this.plot;
    if (plot === null) {
      return { left: AXIS_WIDTH + 8, width: Math.max(1, this.root.clientWidth - AXIS_WIDTH - 8 - RIGHT) };
    }
    return { left: plot.bbox.left / devicePixelRatio, width: plot.bbox.width / devicePixelRatio };
  }

  /** How the chart maps an instant, in CSS pixels from the root's left. */
  xOf(ms: number): number {
    const { left, width } = this.edges;
    return left + ((ms - this.view.startMs) / (this.view.endMs - this.view.startMs)) * width;
  }

  /** The canvas, for a picture. */
  get canvas(): HTMLCanvasElement | null {
    return this.plot?.ctx.canvas ?? null;
  }

  /** The range of values a trace is drawn on. */
  rangeOf(trace: Trace): Range | null {
    return this.scales.find((s) => s.traces.includes(trace))?.range ?? null;
  }

  /** Shows traces over a range; called for every change of either. */
  show(traces: Trace[], view: View, lanes: boolean, cursors: number[]): void {
    this.traces = traces.filter((t) => isNumeric(t) && !t.hidden);
    this.view = view;
    this.lanes = lanes;
    this.cursors = cursors;
    this.fit();
    const shape = this.scales
      .map((s) => `${s.key}:${s.log}:${s.traces.map((t) => t.tag + t.paint).join(',')}`)
      .join('|') + `#${this.axisCount(this.traces)}`;
    if (this.plot === null || shape !== this.shape) {
      this.shape = shape;
      this.build();
    } else {
      this.plot.setData(this.data(), false);
    }
    this.applyScales();
  }

  /** Moves the visible range over what is loaded. */
  move(view: View): void {
    this.view = view;
    this.fit();
    this.applyScales();
  }

  private applyScales(): void {
    const plot = this.plot;
    if (plot === null) {
      return;
    }
    plot.batch(() => {
      for (const scale of this.scales) {
        plot.setScale(scale.key, { min: scale.span[0], max: scale.span[1] });
      }
      plot.setScale('x', { min: this.view.startMs, max: this.view.endMs });
    });
  }

  private axisCount(traces: Trace[]): number {
    if (this.lanes) {
      return 1;
    }
    const groups = new Set(traces.filter(isNumeric).map((t) => t.scale ?? `own:${t.tag}`));
    return Math.min(4, Math.max(1, groups.size));
  }

  /** Groups the traces by scale and finds each scale's range. */
  private fit(): void {
    const groups = new Map<string, Trace[]>();
    for (const trace of this.traces) {
      const key = trace.scale === null ? `own:${trace.tag}` : `shared:${trace.scale}`;
      groups.set(key, [...(groups.get(key) ?? []), trace]);
    }
    this.scales = [...groups].map(([key, traces], lane) => {
      const log = traces.some((t) => t.log);
      const range = this.rangeFor(traces, log);
      const span = this.lanes && !log ? laneRange(range[0], range[1], lane, groups.size, 0.12) : range;
      return { key, traces, range, span, log, lane };
    });
    if (this.lanes) {
      for (const scale of this.scales.filter((s) => s.log)) {
        const exponents = laneRange(
          Math.log10(scale.range[0]), Math.log10(scale.range[1]), scale.lane, this.scales.length, 0.12);
        scale.span = [10 ** exponents[0], 10 ** exponents[1]];
      }
    }
  }

  private rangeFor(traces: Trace[], log: boolean): Range {
    let lo = Infinity;
    let hi = -Infinity;
    for (const trace of traces) {
      const range = dataRange(trace.samples, this.view.startMs, this.view.endMs, {
        step: trace.info.step,
        positiveOnly: log,
      });
      for (const value of [...(range ?? []), ...trace.limits]) {
        lo = Math.min(lo, value);
        hi = Math.max(hi, value);
      }
    }
    const [min, max] = log ? logRange(lo, hi) : niceRange(lo, hi);
    const fixedMin = traces.find((t) => t.min !== null)?.min ?? min;
    const fixedMax = traces.find((t) => t.max !== null)?.max ?? max;
    if (fixedMin < fixedMax && (!log || fixedMin > 0)) {
      return [fixedMin, fixedMax];
    }
    return [min, max];
  }

  private data(): uPlot.AlignedData {
    // Two points keep uPlot's own bookkeeping busy; the lines come from the traces' samples.
    const x = [this.view.startMs, this.view.endMs];
    return [x, ...this.traces.map((t) => {
      const span = this.scales.find((s) => s.traces.includes(t))!.span;
      return [span[0], span[1]];
    })];
  }

  private build(): void {
    this.plot?.destroy();
    const scales: uPlot.Scales = { x: { time: false, auto: false } };
    for (const scale of this.scales) {
      scales[scale.key] = { auto: false, distr: scale.log ? 3 : 1 };
    }
    const left = this.axisCount(this.traces) * AXIS_WIDTH + 8;
    this.plot = new uPlot(
      {
        ...this.size(),
        ms: 1,
        padding: [8, RIGHT, 0, left],
        legend: { show: false },
        scales,
        series: [
          {},
          ...this.traces.map((trace): uPlot.Series => ({
            scale: this.scales.find((s) => s.traces.includes(trace))!.key,
            stroke: trace.paint,
            width: 1.5,
            points: { show: false },
            paths: (u) => ({ stroke: this.path(u, trace), flags: 0 }),
          })),
        ],
        axes: [
          {
            size: 38,
            stroke: () => color(this.root, '--muted'),
            grid: { stroke: () => color(this.root, '--grid'), width: 1 },
            ticks: { stroke: () => color(this.root, '--grid'), width: 1, size: 4 },
            font: font(this.root),
            splits: (u) => this.xTicks(u).map((t) => t.ms),
            values: (u) => this.xTicks(u).map((t) => t.label),
          },
        ],
        cursor: {
          y: false,
          drag: { x: true, y: false, setScale: false, dist: 4 },
          points: { show: false },
        },
        hooks: {
          drawClear: [(u) => this.drawBehind(u)],
          draw: [(u) => this.drawFront(u)],
          setSelect: [(u) => this.selected(u)],
          setCursor: [(u) => this.hovered(u)],
        },
      },
      this.data(),
      this.root,
    );
    this.listen(this.plot);
  }

  private xTicks(u: uPlot): { ms: number; label: string }[] {
    const count = Math.max(2, Math.floor(u.bbox.width / devicePixelRatio / 90));
    return ticks(this.view.startMs, this.view.endMs, this.options.zone(), count);
  }

  private size(): { width: number; height: number } {
    return { width: Math.max(120, this.root.clientWidth), height: Math.max(48, this.root.clientHeight) };
  }

  private resize(): void {
    this.plot?.setSize(this.size());
  }

  private path(u: uPlot, trace: Trace): Path2D {
    const now = Math.min(this.options.now(), this.view.endMs);
    trace.lines ??= lineSegments(trace.samples, trace.info.step, trace.info.step ? now : undefined);
    const key = this.scales.find((s) => s.traces.includes(trace))?.key;
    const path = new Path2D();
    if (key === undefined) {
      return path;
    }
    for (const line of trace.lines) {
      const count = line.timeMs.length;
      if (count === 0 || line.timeMs[count - 1]! < this.view.startMs || line.timeMs[0]! > this.view.endMs) {
        continue;
      }
      for (let i = 0; i < count; i++) {
        const x = u.valToPos(line.timeMs[i]!, 'x', true);
        const y = u.valToPos(line.value[i]!, key, true);
        if (i === 0) {
          path.moveTo(x, y);
        } else {
          path.lineTo(x, y);
        }
      }
      if (count === 1) {
        path.lineTo(u.valToPos(line.timeMs[0]!, 'x', true) + 1, u.valToPos(line.value[0]!, key, true));
      }
    }
    return path;
  }

  /** Top and bottom of a scale's part of the plot area, in canvas pixels. */
  private band(u: uPlot, scale: Scale): { top: number; height: number } {
    if (!this.lanes) {
      return { top: u.bbox.top, height: u.bbox.height };
    }
    const height = u.bbox.height / this.scales.length;
    return { top: u.bbox.top + height * scale.lane, height };
  }

  private drawBehind(u: uPlot): void {
    const { ctx } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    ctx.clip();
    this.drawGrid(u);
    for (const scale of this.scales) {
      const { top, height } = this.band(u, scale);
      if (this.lanes && scale.lane > 0) {
        ctx.fillStyle = color(this.root, '--grid');
        ctx.fillRect(u.bbox.left, Math.round(top), u.bbox.width, 1);
      }
      for (const trace of scale.traces) {
        for (const stretch of this.stretchesOf(trace)) {
          this.hatch(u, trace, stretch, top, height);
        }
      }
    }
    ctx.restore();
  }

  /** What is not Good of a trace, up to now or the end of what is shown. */
  private stretchesOf(trace: Trace): Stretch[] {
    trace.bad ??= stretches(trace.samples, Math.min(this.options.now(), this.view.endMs));
    return trace.bad;
  }

  private hatch(u: uPlot, trace: Trace, stretch: Stretch, top: number, height: number): void {
    const from = Math.max(u.bbox.left, u.valToPos(stretch.startMs, 'x', true));
    const to = Math.min(u.bbox.left + u.bbox.width, u.valToPos(stretch.endMs, 'x', true));
    if (to <= u.bbox.left || from >= u.bbox.left + u.bbox.width) {
      return;
    }
    const { ctx } = u;
    const width = Math.max(2 * devicePixelRatio, to - from);
    const step = HATCH_STEP * devicePixelRatio * (stretch.quality === 'bad' ? 1 : 1.8);
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, top, width, height);
    ctx.clip();
    ctx.globalAlpha = 0.1;
    ctx.fillStyle = trace.paint;
    ctx.fillRect(from, top, width, height);
    ctx.globalAlpha = 0.55;
    ctx.strokeStyle = trace.paint;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    // anchored to the canvas, not to the stretch: hatches of neighbours run on
    for (let x = from - height - ((from - height) % step); x < from + width; x += step) {
      ctx.moveTo(x, top + height);
      ctx.lineTo(x + height, top);
    }
    ctx.stroke();
    ctx.restore();
  }

  private drawFront(u: uPlot): void {
    const { ctx } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
    ctx.clip();
    for (const scale of this.scales) {
      for (const trace of scale.traces) {
        this.drawMarkers(u, scale, trace);
        this.drawLimits(u, scale, trace);
      }
    }
    this.cursors.forEach((ms, i) => this.drawCursor(u, ms, i));
    ctx.restore();
    this.drawAxes(u);
  }

  private drawMarkers(u: uPlot, scale: Scale, trace: Trace): void {
    const { samples } = trace;
    const first = Math.max(0, indexAt(samples, this.view.startMs));
    const last = indexAt(samples, this.view.endMs);
    const css = u.bbox.width / devicePixelRatio;
    if (last - first > css / MARKER_PX) {
      return;
    }
    u.ctx.fillStyle = trace.paint;
    for (let i = first; i <= last; i++) {
      const value = samples.value[i];
      // values at the edges are interpolated, not recorded
      if (value === null || value === undefined || !isRecorded(samples.status[i]!)) {
        continue;
      }
      u.ctx.beginPath();
      u.ctx.arc(
        u.valToPos(samples.timeMs[i]!, 'x', true),
        u.valToPos(value, scale.key, true),
        2.6 * devicePixelRatio, 0, 2 * Math.PI);
      u.ctx.fill();
    }
  }

  private drawLimits(u: uPlot, scale: Scale, trace: Trace): void {
    for (const limit of trace.limits) {
      const y = u.valToPos(limit, scale.key, true);
      const { ctx } = u;
      ctx.save();
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.strokeStyle = trace.paint;
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(u.bbox.left, y);
      ctx.lineTo(u.bbox.left + u.bbox.width, y);
      ctx.stroke();
      ctx.fillStyle = trace.paint;
      ctx.font = font(this.root, devicePixelRatio);
      ctx.textAlign = 'right';
      ctx.fillText(String(limit), u.bbox.left + u.bbox.width - 4 * devicePixelRatio, y - 4 * devicePixelRatio);
      ctx.restore();
    }
  }

  private drawCursor(u: uPlot, ms: number, index: number): void {
    const x = Math.round(u.valToPos(ms, 'x', true)) + 0.5;
    const { ctx } = u;
    ctx.strokeStyle = color(this.root, '--cursor');
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, u.bbox.top);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.stroke();
    ctx.fillStyle = color(this.root, '--cursor');
    ctx.font = `bold ${font(this.root, devicePixelRatio)}`;
    ctx.textAlign = 'left';
    ctx.fillText('AB'[index] ?? '', x + 4 * devicePixelRatio, u.bbox.top + 12 * devicePixelRatio);
  }

  /** The round values of a scale's axis. */
  private ticksOf(u: uPlot, scale: Scale): number[] {
    const [lo, hi] = scale.range;
    const height = this.band(u, scale).height / devicePixelRatio;
    return valueTicks(lo, hi, Math.max(2, height / 34), scale.log);
  }

  /** Lines across at the values of the first axis, or of each lane's own; behind the traces. */
  private drawGrid(u: uPlot): void {
    const { ctx } = u;
    ctx.fillStyle = color(this.root, '--grid');
    for (const [i, scale] of this.scales.entries()) {
      if (i === 0 || this.lanes) {
        for (const value of this.ticksOf(u, scale)) {
          ctx.fillRect(u.bbox.left, Math.round(u.valToPos(value, scale.key, true)), u.bbox.width, devicePixelRatio);
        }
      }
    }
  }

  private drawAxes(u: uPlot): void {
    const { ctx } = u;
    ctx.save();
    ctx.font = font(this.root, devicePixelRatio);
    ctx.textAlign = 'right';
    ctx.textBaseline = 'middle';
    const columns = this.lanes ? this.scales.length : this.axisCount(this.traces);
    for (const [i, scale] of this.scales.slice(0, columns).entries()) {
      const right = u.bbox.left - ((this.lanes ? 0 : i) * AXIS_WIDTH + 6) * devicePixelRatio;
      const values = this.ticksOf(u, scale);
      ctx.fillStyle = scale.traces[0]!.paint;
      tickTexts(values).forEach((text, at) => {
        ctx.fillText(text, right, u.valToPos(values[at]!, scale.key, true));
      });
    }
    ctx.restore();
  }

  private selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 4) {
      return;
    }
    const startMs = u.posToVal(left, 'x');
    const endMs = u.posToVal(left + width, 'x');
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (endMs - startMs >= 1) {
      this.options.onZoom({ startMs, endMs });
    }
  }

  private hovered(u: uPlot): void {
    const left = u.cursor.left;
    this.options.onHover(left === undefined || left === null || left < 0 ? null : u.posToVal(left, 'x'));
  }

  private listen(u: uPlot): void {
    const over = u.over;
    let pressed: { x: number; view: View } | null = null;
    let downX = 0;
    over.addEventListener('mousedown', (event) => {
      downX = event.clientX;
      if (event.shiftKey && event.button === 0) {
        event.stopImmediatePropagation();
        event.preventDefault();
        pressed = { x: event.clientX, view: { ...this.view } };
      } else {
        pressed = null;
      }
    }, { capture: true });
    const pan = (event: MouseEvent): View => {
      const { x, view } = pressed!;
      const perPx = (view.endMs - view.startMs) / over.clientWidth;
      const by = (x - event.clientX) * perPx;
      return { startMs: view.startMs + by, endMs: view.endMs + by };
    };
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    window.addEventListener('mousemove', (event) => {
      if (pressed !== null) {
        const view = pan(event);
        this.move(view);
        this.options.onPan(view, false);
      }
    }, { signal });
    window.addEventListener('mouseup', (event) => {
      if (pressed !== null) {
        const view = pan(event);
        const dragged = Math.abs(event.clientX - pressed.x) > 3;
        pressed = null;
        if (dragged) {
          this.options.onPan(view, true);
        }
      }
    }, { signal });
    over.addEventListener('click', (event) => {
      if (!event.shiftKey && Math.abs(event.clientX - downX) < 4) {
        const box = over.getBoundingClientRect();
        this.options.onClick(u.posToVal(event.clientX - box.left, 'x'));
      }
    });
    over.addEventListener('wheel', (event) => {
      event.preventDefault();
      const box = over.getBoundingClientRect();
      const at = u.posToVal(event.clientX - box.left, 'x');
      const factor = Math.min(4, Math.max(0.25, 1.0018 ** event.deltaY));
      this.options.onZoom({
        startMs: at - (at - this.view.startMs) * factor,
        endMs: at + (this.view.endMs - at) * factor,
      });
    }, { passive: false });
  }

  private abort = new AbortController();

  /** Stretches under an instant, for the explanation on hover. */
  reasonsAt(ms: number): { trace: Trace; stretch: Stretch }[] {
    return this.traces.flatMap((trace) =>
      this.stretchesOf(trace)
        .filter((s) => ms >= s.startMs && ms < s.endMs)
        .map((stretch) => ({ trace, stretch })),
    );
  }

  /** Draws again with what is there. */
  redraw(): void {
    this.plot?.redraw(true, true);
  }

  /** Times of the axis as text, for the picture's title. */
  title(): string {
    const zone = this.options.zone();
    return `${formatTime(this.view.startMs, zone, 'second')} – ${formatTime(this.view.endMs, zone, 'second')} (${zone})`;
  }
}

export function color(root: Element, name: string): string {
  return getComputedStyle(root).getPropertyValue(name).trim();
}

export function font(root: Element, scale = 1): string {
  return `${11 * scale}px ${getComputedStyle(root).fontFamily}`;
}
