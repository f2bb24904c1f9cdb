/**
 * The page: keeps what is shown (traces, range, cursors), asks the server for it, follows new
 * samples, and tells the parts to draw. Everything that reproduces the picture is in the address.
 *
 * One long class on purpose: it is the only place that holds state and the only one that knows all
 * parts. Parts get what they draw and report what a person did; they never call each other.
 */
import * as api from './api';
import { appendLive } from './chart/append';
import { StateLanes } from './chart/statelanes';
import { emptySamples, isBlank, isNumeric, palette, statusText, type Trace } from './chart/trace';
import { Trend, type View } from './chart/trend';
import { copyText, download, fill, h } from './dom';
import { who } from './login';
import { BatchPanel } from './panels/batchpanel';
import { TagBrowser } from './panels/browser';
import { helpDialog, TREND_KEYS } from './panels/help';
import { Lane, loadLane, text, type Batch, type LaneData } from './panels/lane';
import { Legend, type Between } from './panels/legend';
import { nav } from './panels/nav';
import { Explainer, Notes, Tip } from './panels/notes';
import { asCurl, asPython, asSql, picture, tableQuery } from './panels/share';
import { Timebar } from './panels/timebar';
import { Server } from './server';
import { firstState, plainTrace, PLAIN_STATE, unitsOfBatches } from './start';
import { ZoomHistory } from './state/history';
import { encodeSql, PLAIN_SQL } from './state/sqllink';
import { decodeState, encodeState, TRACES_MAX, type PageState, type TraceState } from './state/permalink';
import { resolveRange } from './time/expression';
import { describeDuration, formatTime } from './time/zone';

/** How often a live picture moves, and how often the lane asks for batches. */
const TICK_MS = 500;
const LANE_MS = 1_000;
const UNITS_MS = 1_000;
/** A live picture takes its plot and figures anew after this long: figures cannot be appended. */
const FIGURES_MS = 15_000;

interface Range {
  start: string;
  end: string;
}

export class App {
  private readonly root: HTMLElement;
  private readonly chart = h('div', { class: 'chart', tabIndex: 0, role: 'application', 'aria-label': 'Trend: arrows pan, + and - zoom, Backspace goes back, C sets cursors' });
  private readonly empty = h('div', { class: 'empty', hidden: true });
  private readonly tip = new Tip();
  private readonly explainer = new Explainer();
  private readonly notes = new Notes();
  private readonly help = helpDialog('Keyboard', TREND_KEYS,
    'Mouse: drag zooms, shift-drag pans, the wheel zooms, a click sets a cursor. Drag a tag into the chart to add it,' +
    ' a row of the table onto another to share its scale.');
  private readonly server = new Server(() => this.resume());
  private readonly trend: Trend;
  private readonly states: StateLanes;
  private readonly legend: Legend;
  private readonly lane: Lane;
  private readonly batchPanel: BatchPanel;
  private readonly browser: TagBrowser;
  private readonly timebar: Timebar;

  private state: PageState;
  private traces: Trace[] = [];
  private view: View = { startMs: 0, endMs: 1 };
  private history: ZoomHistory<Range>;
  private laneData: LaneData = { batches: [], steps: [], events: [] };
  private between: Between | null = null;
  private loading = new AbortController();
  private betweenLoading = new AbortController();
  private laneLoading = false;
  private lastLane = 0;
  private lastUnits = 0;
  private lastFigures = 0;
  private feed: { close(): void } | null = null;
  private feedKey = '';
  private dark = matchMedia('(prefers-color-scheme: dark)');

  constructor(root: HTMLElement) {
    this.root = root;
    this.state = decodeState('', PLAIN_STATE).state;
    this.history = new ZoomHistory<Range>({ start: '*-8h', end: '*' }, sameRange);
    const zone = (): string => this.zone;
    const now = (): number => this.now();
    this.trend = new Trend(this.chart, {
      zone, now,
      onZoom: (view) => this.zoom(view),
      onPan: (view, done) => this.pan(view, done),
      onHover: (ms) => this.hover(ms),
      onClick: (ms) => this.placeCursor(ms),
    });
    this.states = new StateLanes(now);
    this.legend = new Legend(this.trend, {
      zone,
      onChange: () => this.changed(),
      onRemove: (trace) => this.remove(trace),
      onMove: () => this.changed(),
    });
    this.lane = new Lane({
      now, zone,
      onUnit: (unit) => {
        this.state.unit = unit;
        this.saveLink();
        void this.refreshLane(true);
      },
      onBatch: (batch) => this.openBatch(batch),
      onStep: (step) => this.go({ start: exact(step.startMs), end: step.endMs === null ? '*' : exact(step.endMs) }),
    });
    this.batchPanel = new BatchPanel(zone, now, () => this.closeBatch());
    this.browser = new TagBrowser({ now, zone, onAdd: (tag) => void this.add(tag) });
    this.timebar = new Timebar({
      now, zone,
      onRange: (start, end) => this.go({ start, end }),
      onZone: (choice) => {
        this.state.zone = choice;
        this.saveLink();
        this.timebar.zones(this.server.zoneLabels(), choice);
        void this.load();
      },
      onBack: () => this.back(),
      onForward: () => this.forward(),
      onLive: (live) => this.setLive(live),
      onLanes: (lanes) => {
        this.state.lanes = lanes;
        this.changed();
      },
    });
    this.build();
  }

  private build(): void {
    const menu = h('details', { class: 'menu' }, h('summary', {}, 'Share'),
      h('div', { class: 'menu-items' },
        this.item('Copy link', () => this.copy(location.href, 'Link')),
        this.item('Copy as curl', () => this.copy(asCurl(location.origin, this.traces, this.view, this.zone), 'curl command')),
        this.item('Copy as SQL', () => this.copy(asSql(this.traces, this.view), 'SQL')),
        this.item('Open as SQL', () => this.openSql()),
        this.item('Copy as Python', () => this.copy(asPython(location.origin, this.traces, this.view, this.zone), 'Python')),
        this.item('CSV for Excel', () => this.csv()),
        this.item('PNG picture', () => void this.png())));
    fill(
      this.root,
      h('header', { class: 'top' },
        h('h1', {}, h('a', { href: '/', title: 'Overview' }, 'Tidemark')), nav('trend'),
        this.timebar.element, menu, who(),
        h('button', { type: 'button', class: 'plain', title: 'Keyboard (?)', 'aria-label': 'Keyboard help', onclick: () => this.help.showModal() }, '?')),
      this.server.banner,
      h('div', { class: 'body' },
        this.browser.element,
        h('main', {
          ondragover: (event: DragEvent) => event.preventDefault(),
          ondrop: (event: DragEvent) => this.dropped(event),
        },
          this.notes.element, this.empty, this.chart, this.states.element, this.lane.element, this.legend.element),
        this.batchPanel.element),
      this.tip.element, this.help,
    );
    document.addEventListener('keydown', (event) => this.key(event));
    this.chart.addEventListener('mousemove', (event) => this.moveTip(event));
    this.states.element.addEventListener('mousemove', (event) => this.stateTip(event));
    this.states.element.addEventListener('mouseleave', () => this.tip.hide());
    this.dark.addEventListener('change', () => this.repaint());
    new ResizeObserver(() => this.draw()).observe(this.states.element.parentElement!);
    menu.addEventListener('focusout', (event) => {
      if (!menu.contains(event.relatedTarget as Node | null)) {
        menu.open = false;
      }
    });
  }

  private item(label: string, act: () => void): HTMLElement {
    return h('button', { type: 'button', onclick: (event: Event) => {
      (event.currentTarget as HTMLElement).closest('details')!.open = false;
      act();
    } }, label);
  }

  private get zone(): string {
    return this.server.zone(this.state.zone);
  }

  private now(): number {
    return this.server.now();
  }

  /** Begins: the server's zone and clock, the state of the address, the first picture. */
  async start(): Promise<void> {
    setInterval(() => this.tick(), TICK_MS);
    try {
      await this.begin();
    } catch (e) {
      this.failed(e);
    }
  }

  /** While another page is shown: nothing moves, nothing is followed. */
  pause(): void {
    this.loading.abort();
    this.feed?.close();
    this.feed = null;
    this.feedKey = '';
    this.tip.hide();
  }

  /** Shown again: takes up what was shown. */
  async proceed(): Promise<void> {
    this.saveLink();
    try {
      await this.resume();
    } catch (e) {
      this.failed(e);
    }
  }

  private async begin(): Promise<void> {
    await this.server.greet();
    const defaults = await firstState();
    const { state, problems } = decodeState(location.search, defaults);
    this.state = state;
    this.notes.say(problems);
    const range = { start: state.start, end: state.end };
    this.history = new ZoomHistory<Range>(range, sameRange);
    this.traces = state.traces.map((t) => newTrace(t));
    this.timebar.zones(this.server.zoneLabels(), state.zone);
    await Promise.all([this.loadUnits(), this.browser.loadTree(), this.load()]);
    if (state.batch !== null) {
      const batch = this.laneData.batches.find((b) => b.id === state.batch);
      if (batch !== undefined) {
        void this.batchPanel.show(batch);
      }
    }
  }

  private async loadUnits(): Promise<void> {
    this.lastUnits = performance.now();
    const units = await unitsOfBatches();
    if (this.state.unit === null || !units.some((u) => u.id === this.state.unit)) {
      const mine = units.find((u) => this.traces.some((t) => t.tag.startsWith(`${u.id}.`)));
      this.state.unit = (mine ?? units[0])?.id ?? null;
    }
    this.lane.units(units, this.state.unit);
  }

  // ---- range and history

  /** Shows another range, as a step of the history. */
  private go(range: Range): void {
    const resolved = resolveRange(range.start, range.end, this.now(), this.zone);
    if (!resolved.ok) {
      this.timebar.problem(resolved.hint);
      return;
    }
    this.history.visit(range);
    this.apply(range);
  }

  private apply(range: Range): void {
    this.state.start = range.start;
    this.state.end = range.end;
    if (!this.followsNow) {
      this.state.live = false;
    } else if (this.history.current === range && !this.state.live) {
      this.state.live = true;
    }
    this.saveLink();
    void this.load();
  }

  private get followsNow(): boolean {
    return /^\s*(\*|now)\s*$/i.test(this.state.end);
  }

  private zoom(view: View): void {
    const length = Math.min(Math.max(view.endMs - view.startMs, 1), 200 * 365 * 86_400_000);
    const middle = (view.startMs + view.endMs) / 2;
    this.go({ start: exact(middle - length / 2), end: exact(middle + length / 2) });
  }

  private pan(view: View, done: boolean): void {
    this.view = view;
    this.draw();
    if (done) {
      this.go({ start: exact(view.startMs), end: exact(view.endMs) });
    }
  }

  private back(): void {
    const range = this.history.back();
    if (range !== null) {
      this.apply(range);
    }
  }

  private forward(): void {
    const range = this.history.forward();
    if (range !== null) {
      this.apply(range);
    }
  }

  private setLive(live: boolean): void {
    this.state.live = live;
    if (live && !this.followsNow) {
      this.go({ start: `*-${Math.max(1, Math.round((this.view.endMs - this.view.startMs) / 1000))}s`, end: '*' });
      return;
    }
    this.changed();
    if (live) {
      void this.load();
    }
  }

  // ---- loading

  /** Asks for the picture anew. */
  private async load(): Promise<void> {
    const resolved = resolveRange(this.state.start, this.state.end, this.now(), this.zone);
    this.showTimebar();
    if (!resolved.ok) {
      this.timebar.problem(`${resolved.field === 'start' ? 'Start' : 'End'}: ${resolved.hint}`);
      return;
    }
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    this.view = { startMs: resolved.startMs, endMs: resolved.endMs };
    this.draw();
    void this.refreshLane(true);
    this.loadBetween();
    if (this.traces.length === 0) {
      this.openFeed();
      this.draw();
      return;
    }
    const tags = this.traces.map((t) => t.tag);
    const start = exact(this.view.startMs);
    const end = exact(this.view.endMs);
    this.root.classList.add('busy');
    try {
      const width = Math.max(50, Math.min(10_000, this.trend.widthPx));
      const answer = await api.plot(tags, start, end, width, this.zone, signal);
      for (const trace of this.traces) {
        const found = answer.tags.find((t) => t.info.tag === trace.tag);
        const error = answer.errors.find((e) => e.tag === trace.tag);
        if (found === undefined) {
          trace.error = error?.code === 'UNKNOWN_TAG' ? 'no such tag' : (error?.message ?? 'no answer');
          setSamples(trace, emptySamples());
          continue;
        }
        trace.error = null;
        trace.info = { ...found.info, ...(trace.info.description === undefined ? {} : { description: trace.info.description }) };
        trace.statusTexts = { ...trace.statusTexts, ...found.statusTexts };
        setSamples(trace, found.samples);
      }
      this.server.answered();
      this.draw();
      performance.mark('tidemark:plot');
      this.showLegend();
      this.openFeed();
      await Promise.all([this.loadFigures(start, end, signal), this.loadDescriptions(signal)]);
      this.showLegend();
    } catch (e) {
      this.failed(e);
    } finally {
      if (!signal.aborted) {
        this.root.classList.remove('busy');
      }
    }
  }

  private async loadFigures(start: string, end: string, signal: AbortSignal): Promise<void> {
    this.lastFigures = performance.now();
    const known = this.traces.filter((t) => t.error === null).map((t) => t.tag);
    if (known.length === 0) {
      return;
    }
    for (const figures of await api.summary(known, start, end, signal)) {
      const trace = this.traces.find((t) => t.tag === figures.tag);
      if (trace !== undefined) {
        trace.summary = figures.values[0] ?? null;
        trace.totalUom = figures.totalUom;
      }
    }
  }

  private async loadDescriptions(signal: AbortSignal): Promise<void> {
    const bare = this.traces.filter((t) => t.info.description === undefined && t.error === null);
    if (bare.length === 0) {
      return;
    }
    const marks = bare.map(() => '?').join(', ');
    const rows = await api.sql(`SELECT tag, description FROM tags WHERE tag IN (${marks})`, bare.map((t) => t.tag), signal);
    for (const row of rows) {
      const trace = this.traces.find((t) => t.tag === text(row, 'tag'));
      if (trace !== undefined) {
        trace.info = { ...trace.info, description: text(row, 'description') };
      }
    }
  }

  private loadBetween(): void {
    this.betweenLoading.abort();
    this.between = null;
    const [a, b] = [...this.state.cursors].sort((x, y) => x - y);
    const tags = this.traces.filter((t) => t.error === null && isNumeric(t)).map((t) => t.tag);
    if (a === undefined || b === undefined || tags.length === 0 || b - a < 1) {
      return;
    }
    this.betweenLoading = new AbortController();
    const { signal } = this.betweenLoading;
    api.summary(tags, exact(a), exact(b), signal).then((figures) => {
      this.between = new Map(figures.flatMap((f) => (f.values[0] === undefined ? [] : [[f.tag, f.values[0]] as const])));
      this.showLegend();
    }).catch((e: unknown) => this.failed(e));
  }

  private async refreshLane(now: boolean): Promise<void> {
    if (this.state.unit === null || (this.laneLoading && !now)) {
      return;
    }
    this.laneLoading = true;
    this.lastLane = performance.now();
    try {
      const { unit } = this.state;
      const data = await loadLane(unit, this.view);
      if (unit === this.state.unit) {
        this.laneData = data;
        this.lane.show(data, this.state.batch);
      }
    } catch (e) {
      this.failed(e);
    } finally {
      this.laneLoading = false;
    }
  }

  // ---- live

  private openFeed(): void {
    const tags = this.traces.filter((t) => t.error === null).map((t) => ({ tag: t.tag, type: t.info.type }));
    const key = this.state.live && this.followsNow && !this.root.hidden ? tags.map((t) => t.tag).join('\n') : '';
    if (key === this.feedKey) {
      return;
    }
    this.feed?.close();
    this.feed = null;
    this.feedKey = key;
    if (key !== '') {
      this.feed = api.follow(tags, (live) => this.arrived(live), (up) => {
        if (!up) {
          this.server.lost();
        }
      });
    }
  }

  private arrived(live: api.LiveSamples): void {
    const trace = this.traces.find((t) => t.tag === live.tag);
    if (trace !== undefined) {
      Object.assign(trace.statusTexts, live.statusTexts);
      appendLive(trace.samples, live.samples, this.view.startMs);
      forget(trace);
    }
  }

  private tick(): void {
    if (this.server.away || this.root.hidden) {
      return;
    }
    this.showFreshness();
    if (this.state.live && this.followsNow && document.visibilityState === 'visible') {
      const resolved = resolveRange(this.state.start, this.state.end, this.now(), this.zone);
      if (resolved.ok) {
        this.view = { startMs: resolved.startMs, endMs: resolved.endMs };
        for (const trace of this.traces) {
          forget(trace); // what holds until now, holds longer
        }
        this.draw();
        this.legend.hover(this.hoverMs);
      }
      if (performance.now() - this.lastFigures > FIGURES_MS) {
        void this.loadFigures(exact(this.view.startMs), exact(this.view.endMs), this.loading.signal)
          .then(() => this.showLegend())
          .catch((e: unknown) => this.failed(e));
      }
    }
    if (performance.now() - this.lastUnits > UNITS_MS && document.visibilityState === 'visible') {
      void this.loadUnits().catch((e: unknown) => this.failed(e));
    }
    if (performance.now() - this.lastLane > LANE_MS && document.visibilityState === 'visible') {
      void this.refreshLane(false);
    }
  }

  private showFreshness(): void {
    let newest = -Infinity;
    for (const trace of this.traces) {
      newest = Math.max(newest, trace.samples.timeMs.at(-1) ?? -Infinity);
    }
    const age = this.now() - newest;
    this.timebar.fresh.textContent = !this.followsNow || newest === -Infinity
      ? ''
      : age < 60_000 ? `${(Math.max(0, age) / 1000).toFixed(1)} s ago` : `${describeDuration(Math.round(age / 1000) * 1000)} ago`;
    this.timebar.fresh.title = 'Age of the newest sample shown';
  }

  // ---- the server away and back

  private failed(cause: unknown): void {
    if ((cause as Error).name === 'AbortError') {
      return;
    }
    if (cause instanceof api.ServerError && !cause.offline) {
      this.notes.say([cause.message + (cause.hint === null ? '' : ` – ${cause.hint}`)]);
      return;
    }
    if (cause instanceof api.ServerError) {
      this.server.lost(cause);
      return;
    }
    console.error(cause);
    this.notes.say([`The page failed: ${(cause as Error).message}`]);
  }

  /** Takes up where the page was when the server went away. */
  private async resume(): Promise<void> {
    if (this.traces.length === 0 && this.state.unit === null) {
      await this.begin();
      return;
    }
    this.feedKey = '\n'; // whatever it was, follow anew
    await Promise.all([this.load(), this.browser.loadTree()]);
  }

  // ---- traces

  private async add(tag: string): Promise<void> {
    this.browser.used(tag);
    const there = this.traces.find((t) => t.tag === tag);
    if (there !== undefined) {
      there.hidden = false;
      this.notes.say([`${tag} is shown already`]);
      this.changed();
      return;
    }
    if (this.traces.length >= TRACES_MAX) {
      this.notes.say([`A picture shows at most ${TRACES_MAX} traces; remove one first`]);
      return;
    }
    this.traces.push(newTrace(plainTrace(tag)));
    this.changed();
    await this.load();
  }

  private remove(trace: Trace): void {
    this.traces = this.traces.filter((t) => t !== trace);
    this.changed();
    this.openFeed();
  }

  private dropped(event: DragEvent): void {
    const tag = event.dataTransfer?.getData('text/x-tidemark-tag') ?? '';
    if (tag !== '') {
      event.preventDefault();
      void this.add(tag);
    }
  }

  private changed(): void {
    this.saveLink();
    this.draw();
    this.showLegend();
    this.showTimebar();
    this.openFeed();
  }

  private repaint(): void {
    for (const [i, trace] of this.traces.entries()) {
      const colors = palette(this.dark.matches);
      trace.paint = colors[(trace.color ?? i) % colors.length]!;
    }
    this.draw();
    this.showLegend();
  }

  // ---- batches

  private openBatch(batch: Batch): void {
    this.state.batch = batch.id;
    void this.batchPanel.show(batch);
    this.go({ start: exact(batch.startMs), end: batch.endMs === null ? '*' : exact(batch.endMs) });
  }

  private closeBatch(): void {
    this.state.batch = null;
    this.batchPanel.hide();
    this.saveLink();
    this.lane.show(this.laneData, null);
  }

  // ---- drawing

  private draw(): void {
    if (this.root.hidden) {
      return;
    }
    const colors = palette(this.dark.matches);
    for (const [i, trace] of this.traces.entries()) {
      trace.paint = colors[(trace.color ?? i) % colors.length]!;
    }
    const numeric = this.traces.some((t) => isNumeric(t) && !t.hidden);
    this.empty.hidden = this.traces.length > 0;
    this.chart.hidden = this.traces.length === 0;
    this.chart.classList.toggle('slim', !numeric); // states and texts alone still need the time axis
    if (this.traces.length === 0) {
      fill(this.empty, 'Nothing to see yet: press / and find a tag, or drag one here.');
    }
    this.trend.show(this.traces, this.view, this.state.lanes, this.state.cursors);
    const { edges } = this.trend;
    this.states.show(this.traces, this.view, edges);
    this.lane.place(this.view, edges);
  }

  private showLegend(): void {
    this.legend.show(this.traces, this.sortedCursors(), this.between);
  }

  private showTimebar(): void {
    this.timebar.show(
      this.local(this.state.start), this.local(this.state.end), this.state.live && this.followsNow, this.state.lanes,
      this.history.canGoBack, this.history.canGoForward);
  }

  /** An exact instant as people of the zone read it; what was typed stays as it was typed. */
  private local(expression: string): string {
    if (!EXACT.test(expression)) {
      return expression;
    }
    const text = formatTime(Date.parse(expression), this.zone, 'ms');
    return text.replace(/\.000(?=$|[+-])/, '').replace(/:00(?=$|[+-]\d\d:\d\d$)/, (zeros, at: number) => (at === 16 ? '' : zeros));
  }

  private saveLink(): void {
    if (this.root.hidden) {
      return; // the address is that of another page
    }
    this.state.traces = this.traces.map(({ tag, scale, min, max, log, hidden, limits, color }) =>
      ({ tag, scale, min, max, log, hidden, limits, color }));
    history.replaceState(null, '', encodeState(this.state));
  }

  // ---- cursors and hover

  private hoverMs: number | null = null;

  private sortedCursors(): number[] {
    return [...this.state.cursors].sort((a, b) => a - b);
  }

  private hover(ms: number | null): void {
    this.hoverMs = ms;
    this.legend.hover(ms);
    if (ms === null) {
      this.tip.hide();
      this.explainer.stop();
    }
  }

  private moveTip(event: MouseEvent): void {
    const ms = this.hoverMs;
    const reasons = ms === null ? [] : this.trend.reasonsAt(ms);
    if (ms === null) {
      return;
    }
    const lines = [formatTime(ms, this.zone, this.view.endMs - this.view.startMs < 600_000 ? 'ms' : 'second')];
    for (const { trace, stretch } of reasons) {
      const span = `${formatTime(stretch.startMs, this.zone, 'minute').slice(11)}–${formatTime(stretch.endMs, this.zone, 'minute').slice(11)}`;
      lines.push(`${trace.tag}: ${statusText(trace, stretch.status)} ${span} (${describeDuration(Math.round(stretch.endMs - stretch.startMs))})`);
    }
    lines.push(...this.states.textsAt(ms, this.zone));
    this.tip.show(event, lines);
    const blank = this.traces.filter((t) => !t.hidden && isBlank(t, ms)).map((t) => t.tag);
    this.explainer.ask(blank, ms, (reasons) => {
      if (this.hoverMs === ms) {
        this.tip.show(event, [...lines, ...reasons]);
      }
    });
  }

  private stateTip(event: MouseEvent): void {
    const { left, width } = this.trend.edges;
    const box = this.states.element.getBoundingClientRect();
    const ms = this.view.startMs + ((event.clientX - box.left - left) / width) * (this.view.endMs - this.view.startMs);
    this.tip.show(event, this.states.textsAt(ms, this.zone));
  }

  private placeCursor(ms: number): void {
    const cursors = this.state.cursors;
    this.state.cursors = cursors.length >= 2 ? [ms] : [...cursors, ms];
    this.changed();
    this.loadBetween();
  }

  private moveCursor(by: number): void {
    const last = this.state.cursors.length - 1;
    const at = this.state.cursors[last]!;
    // from sample to sample of the first trace that has any
    const trace = this.traces.find((t) => !t.hidden && t.samples.timeMs.length > 1);
    let next = at + (by * (this.view.endMs - this.view.startMs)) / 200;
    if (trace !== undefined) {
      const times = trace.samples.timeMs;
      const index = by > 0 ? times.findIndex((t) => t > at) : times.findLastIndex((t) => t < at);
      next = times[index] ?? next;
    }
    this.state.cursors[last] = next;
    this.changed();
    this.loadBetween();
  }

  // ---- keyboard

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) || this.help.open || this.root.hidden) {
      return;
    }
    const length = this.view.endMs - this.view.startMs;
    const shift = (part: number): void => this.go({
      start: exact(this.view.startMs + part * length), end: exact(this.view.endMs + part * length) });
    const zoomBy = (factor: number): void => {
      const middle = (this.view.startMs + this.view.endMs) / 2;
      this.zoom({ startMs: middle - (length * factor) / 2, endMs: middle + (length * factor) / 2 });
    };
    switch (event.key) {
      case '/': this.browser.focus(); break;
      case '?': this.help.showModal(); break;
      case 'Backspace': this.back(); break;
      case '+': case '=': zoomBy(0.5); break;
      case '-': zoomBy(2); break;
      case 'ArrowLeft': case 'ArrowRight': {
        const by = event.key === 'ArrowLeft' ? -1 : 1;
        if (this.state.cursors.length > 0 && !event.shiftKey) {
          this.moveCursor(by);
        } else {
          shift(by * 0.25);
        }
        break;
      }
      case 'c': case 'C': this.placeCursor((this.view.startMs + this.view.endMs) / 2); break;
      case 'l': case 'L': this.setLive(!(this.state.live && this.followsNow)); break;
      case 'g': case 'G': this.state.lanes = !this.state.lanes; this.changed(); break;
      case 'b': case 'B': this.lane.focus(); break;
      case 't': case 'T': this.legend.element.querySelector<HTMLElement>('button')?.focus(); break;
      case 's': case 'S': location.hash = '#sql'; break;
      case 'Delete': {
        const tag = target.closest('tr')?.dataset.tag;
        const trace = this.traces.find((t) => t.tag === tag);
        if (trace === undefined) {
          return;
        }
        this.remove(trace);
        break;
      }
      case 'Escape':
        if (!this.batchPanel.element.hidden) {
          this.closeBatch();
        } else {
          this.state.cursors = [];
          this.between = null;
          this.changed();
        }
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  // ---- sharing

  private async copy(content: string, what: string): Promise<void> {
    this.notes.say([(await copyText(content)) ? `${what} copied` : `The browser does not allow copying; here it is: ${content}`]);
  }

  private openSql(): void {
    const text = asSql(this.traces, this.view);
    location.hash = encodeSql({ ...PLAIN_SQL, text, zone: this.state.zone, run: { from: 0, to: text.length } }).fragment;
  }

  private csv(): void {
    const link = h('a', { href: `/api/v1/values/interpolated?${tableQuery(this.traces, this.view, this.zone)}&format=csv`, download: 'tidemark.csv' });
    link.click();
  }

  private async png(): Promise<void> {
    const blob = await picture(this.trend, this.states, this.traces, this.root);
    if (blob !== null) {
      download(`tidemark ${formatTime(this.view.startMs, this.zone, 'minute').replaceAll(':', '')}.png`, blob);
    }
  }
}

function newTrace(state: TraceState): Trace {
  return {
    ...state, limits: [...state.limits],
    info: { tag: state.tag, uom: '', step: false, type: 'float64', states: [] },
    samples: emptySamples(), statusTexts: {}, paint: '', error: null, summary: null, totalUom: '',
    lines: null, bad: null,
  };
}

function setSamples(trace: Trace, samples: Trace['samples']): void {
  trace.samples = samples;
  forget(trace);
}

function forget(trace: Trace): void {
  trace.lines = null;
  trace.bad = null;
}

function sameRange(a: Range, b: Range): boolean {
  return a.start === b.start && a.end === b.end;
}

const EXACT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** An instant as an ISO time in UTC, to the millisecond. */
export function exact(ms: number): string {
  return new Date(Math.round(ms)).toISOString();
}
