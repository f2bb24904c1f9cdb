/**
 * The batch lane: batches of a unit above their steps, on the chart's time axis, and events. Each
 * batch is a button: a click or Enter zooms to it. A running batch grows with the clock.
 */
import { sql, timeOf, type Row } from '../api';
import type { View } from '../chart/trend';
import { fill, h } from '../dom';
import { describeDuration, formatTime } from '../time/zone';

export interface Batch {
  id: string;
  order: string;
  product: string;
  unit: string;
  status: string;
  startMs: number;
  /** Null while it runs. */
  endMs: number | null;
}

export interface Step {
  id: string;
  parent: string | null;
  batch: string;
  level: string;
  name: string;
  instance: number | null;
  startMs: number;
  endMs: number | null;
}

export interface PlantEvent {
  id: string;
  type: string;
  batch: string;
  reason: string;
  startMs: number;
  endMs: number | null;
}

export interface LaneData {
  batches: Batch[];
  steps: Step[];
  events: PlantEvent[];
}

const BATCHES =
  'SELECT batch_id, order_id, product_id, unit_id, status, start_time, end_time FROM batches' +
  ' WHERE (unit_id = ? OR batch_id IN (SELECT batch_id FROM batch_steps WHERE unit_id = ?))' +
  ' AND start_time < CAST(? AS TIMESTAMPTZ) AND coalesce(end_time, now()) >= CAST(? AS TIMESTAMPTZ)' +
  ' ORDER BY start_time LIMIT 400';
const STEPS =
  'SELECT step_id, parent_id, batch_id, level, name, instance, start_time, end_time FROM batch_steps' +
  ' WHERE unit_id = ? AND start_time < CAST(? AS TIMESTAMPTZ)' +
  ' AND coalesce(end_time, now()) >= CAST(? AS TIMESTAMPTZ) ORDER BY start_time LIMIT 2000';
const EVENTS =
  'SELECT event_id, type, batch_id, reason, start_time, end_time FROM events' +
  ' WHERE unit_id = ? AND start_time < CAST(? AS TIMESTAMPTZ)' +
  ' AND coalesce(end_time, start_time) >= CAST(? AS TIMESTAMPTZ) ORDER BY start_time LIMIT 300';

export async function loadLane(unit: string, view: View, signal?: AbortSignal): Promise<LaneData> {
  const from = new Date(view.startMs).toISOString();
  const to = new Date(view.endMs).toISOString();
  const [batches, steps, events] = await Promise.all([
    sql(BATCHES, [unit, unit, to, from], signal),
    sql(STEPS, [unit, to, from], signal),
    sql(EVENTS, [unit, to, from], signal),
  ]);
  return {
    batches: batches.map((row) => ({
      id: text(row, 'batch_id'),
      order: text(row, 'order_id'),
      product: text(row, 'product_id'),
      unit: text(row, 'unit_id'),
      status: text(row, 'status'),
      ...times(row),
    })),
    steps: steps.map((row) => ({
      id: text(row, 'step_id'),
      parent: row.parent_id === null ? null : text(row, 'parent_id'),
      batch: text(row, 'batch_id'),
      level: text(row, 'level'),
      name: text(row, 'name'),
      instance: row.instance === null ? null : Number(row.instance),
      ...times(row),
    })),
    events: events.map((row) => ({
      id: text(row, 'event_id'),
      type: text(row, 'type'),
      batch: text(row, 'batch_id'),
      reason: text(row, 'reason'),
      ...times(row),
    })),
  };
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return value === null || value === undefined ? '' : String(value);
}

function times(row: Row): { startMs: number; endMs: number | null } {
  const end = row.end_time;
  return {
    startMs: timeOf(String(row.start_time)),
    endMs: end === null || end === undefined ? null : timeOf(String(end)),
  };
}

export interface LaneOptions {
  now(): number;
  zone(): string;
  onUnit(unit: string): void;
  onBatch(batch: Batch): void;
  onStep(step: Step): void;
}

/** How deep each step is nested; 0 for those without a parent here. */
export function depths(steps: Step[]): Map<string, number> {
  const parents = new Map(steps.map((s) => [s.id, s.parent]));
  const found = new Map<string, number>();
  const depth = (id: string, guard: number): number => {
    const known = found.get(id);
    if (known !== undefined) {
      return known;
    }
    const parent = parents.get(id);
    // a parent that is not in the answer, or a ring of parents, counts as none
    const at = parent === null || parent === undefined || !parents.has(parent) || guard > 8
      ? 0
      : depth(parent, guard + 1) + 1;
    found.set(id, at);
    return at;
  };
  steps.forEach((s) => depth(s.id, 0));
  return found;
}

/** The time a batch has on a unit: its own on the unit it is made on, that of its steps elsewhere. */
export function extent(batch: Batch, unit: string, steps: Step[]): { startMs: number; endMs: number | null } {
  const here = steps.filter((s) => s.batch === batch.id);
  if (batch.unit === unit || here.length === 0) {
    return batch;
  }
  const ends = here.map((s) => s.endMs);
  return {
    startMs: Math.min(...here.map((s) => s.startMs)),
    endMs: ends.includes(null) ? null : Math.max(...(ends as number[])),
  };
}

export class Lane {
  readonly element = h('section', { class: 'lane', 'aria-label': 'Batches' });
  private readonly unitSelect = h('select', {
    'aria-label': 'Unit whose batches are shown',
    onchange: () => this.options.onUnit(this.unitSelect.value),
  });
  private readonly filter = h('input', {
    type: 'search',
    placeholder: 'product or order',
    'aria-label': 'Show only batches of this product or order',
    oninput: () => this.draw(),
  });
  private readonly rows = h('div', { class: 'lane-rows' });
  private readonly note = h('span', { class: 'muted' });
  private data: LaneData = { batches: [], steps: [], events: [] };
  private view: View = { startMs: 0, endMs: 1 };
  private edges = { left: 0, width: 1 };
  private selected: string | null = null;
  private drawn = '';
  private unitsShown = '';

  constructor(private readonly options: LaneOptions) {
    this.element.append(
      h('div', { class: 'lane-head' }, h('span', { class: 'label' }, 'Batches'), this.unitSelect, this.filter, this.note),
      this.rows,
    );
  }

  units(units: { id: string; name: string }[], selected: string | null): void {
    const signature = JSON.stringify([units, selected]);
    if (signature === this.unitsShown || document.activeElement === this.unitSelect) {
      return; // a list that is being chosen from stays as it is
    }
    this.unitsShown = signature;
    fill(
      this.unitSelect,
      ...units.map(({ id, name }) =>
        h('option', { value: id, selected: id === selected }, name === '' ? id : `${id} · ${name}`)),
    );
    this.element.hidden = units.length === 0;
  }

  show(data: LaneData, selected: string | null): void {
    this.data = data;
    this.selected = selected;
    this.draw();
  }

  place(view: View, edges: { left: number; width: number }): void {
    this.view = view;
    this.edges = edges;
    this.draw();
  }

  private draw(): void {
    const wanted = this.filter.value.trim().toLowerCase();
    const batches = this.data.batches.filter((b) =>
      wanted === '' || `${b.product} ${b.order} ${b.id}`.toLowerCase().includes(wanted));
    const ids = new Set(batches.map((b) => b.id));
    const steps = this.data.steps.filter((s) => ids.has(s.batch) && s.level !== 'UnitProcedure');
    this.note.textContent = batches.length === 0
      ? wanted === '' ? 'no batch in this range' : 'no batch of that product or order in this range'
      : batches.length >= 400 ? 'the first 400 batches of this range' : '';
    const now = this.options.now();
    const boxes: { row: number; kind: string; from: number; to: number; label: string; title: string; act: () => void; key: string; open: boolean; chosen: boolean }[] = [];
    for (const batch of batches) {
      const here = extent(batch, this.unitSelect.value, this.data.steps);
      boxes.push({
        row: 0, kind: 'batch', key: `b:${batch.id}`,
        from: here.startMs, to: here.endMs ?? now, open: here.endMs === null,
        label: batch.id, chosen: batch.id === this.selected,
        title: this.describe([batch.id, batch.product, batch.order], batch.startMs, batch.endMs),
        act: () => this.options.onBatch(batch),
      });
    }
    const levels = depths(steps);
    let deepest = 0;
    for (const step of steps) {
      const row = 1 + (levels.get(step.id) ?? 0);
      deepest = Math.max(deepest, row);
      boxes.push({
        row, kind: 'step', key: `s:${step.id}`,
        from: step.startMs, to: step.endMs ?? now, open: step.endMs === null,
        label: (step.instance ?? 1) > 1 ? `${step.name} ${step.instance}` : step.name, chosen: false,
        title: this.describe([step.name, step.batch], step.startMs, step.endMs),
        act: () => this.options.onStep(step),
      });
    }
    const events = this.data.events.map((event) => ({ event, x: this.x(event.startMs) }));
    // The same boxes at the same pixels need no new elements: the lane is placed at every frame.
    const signature = JSON.stringify([
      boxes.map((b) => [b.key, Math.round(this.x(b.from)), Math.round(this.x(b.to)), b.label, b.chosen]),
      events.map((e) => [e.event.id, Math.round(e.x)]), this.edges, deepest,
    ]);
    if (signature === this.drawn) {
      return;
    }
    this.drawn = signature;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    this.rows.style.height = `${(deepest + 1) * 22 + 2}px`;
    fill(
      this.rows,
      ...boxes.flatMap((box) => {
        const left = Math.max(this.edges.left, this.x(box.from));
        const right = Math.min(this.edges.left + this.edges.width, this.x(box.to));
        if (right <= this.edges.left || left >= this.edges.left + this.edges.width) {
          return [];
        }
        return [h('button', {
          type: 'button',
          class: `box ${box.kind}${box.open ? ' open' : ''}${box.chosen ? ' chosen' : ''}`,
          title: box.title,
          'aria-label': box.title,
          'data-key': box.key,
          style: { left: `${left}px`, width: `${Math.max(3, right - left - 1)}px`, top: `${box.row * 22}px` },
          onclick: box.act,
        }, box.label)];
      }),
      ...events
        .filter(({ x }) => x >= this.edges.left && x <= this.edges.left + this.edges.width)
        .map(({ event, x }) => h('span', {
          class: 'event',
          title: this.describe([event.type, event.reason, event.batch], event.startMs, event.endMs),
          style: { left: `${x}px` },
        }, '▼')),
    );
    if (focused !== undefined) {
      this.rows.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private describe(words: string[], startMs: number, endMs: number | null): string {
    const zone = this.options.zone();
    const end = endMs === null ? 'running' : formatTime(endMs, zone, 'second');
    const length = describeDuration((endMs ?? this.options.now()) - startMs);
    return `${words.filter((w) => w !== '').join(' · ')} · ${formatTime(startMs, zone, 'second')} – ${end} (${length})`;
  }

  private x(ms: number): number {
    return this.edges.left + ((ms - this.view.startMs) / (this.view.endMs - this.view.startMs)) * this.edges.width;
  }

  focus(): void {
    (this.rows.querySelector('button') ?? this.unitSelect).focus();
  }
}
