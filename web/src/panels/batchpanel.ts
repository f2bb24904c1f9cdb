/** What a batch was: its properties, and how long each phase took against the product's median. */
import { sql } from '../api';
import { fill, h } from '../dom';
import { describeDuration, formatTime } from '../time/zone';
import { text, type Batch } from './lane';

/** Phases of a batch beside the median of the same phase on the same unit, of finished ones. */
const PHASES =
  'WITH d AS (SELECT batch_id, unit_id, phase, instance, start_time, end_time,' +
  ' epoch(coalesce(end_time, now()) - start_time) AS seconds FROM phases WHERE product_id = ?),' +
  ' m AS (SELECT unit_id, phase, median(seconds) AS median_s, count(*) AS n FROM d' +
  ' WHERE end_time IS NOT NULL GROUP BY ALL)' +
  ' SELECT d.unit_id, d.phase, d.instance, d.start_time, d.seconds, d.end_time IS NULL AS running,' +
  ' m.median_s, m.n FROM d LEFT JOIN m ON m.unit_id = d.unit_id AND m.phase = d.phase' +
  ' WHERE d.batch_id = ? ORDER BY d.start_time';
const EVENTS =
  'SELECT type, reason, start_time FROM events WHERE batch_id = ? ORDER BY start_time LIMIT 50';

export class BatchPanel {
  readonly element = h('aside', { class: 'batch-panel', 'aria-label': 'Batch', hidden: true });
  private abort = new AbortController();

  constructor(
    private readonly zone: () => string,
    private readonly now: () => number,
    private readonly onClose: () => void,
  ) {}

  hide(): void {
    this.abort.abort();
    this.element.hidden = true;
  }

  async show(batch: Batch): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const phases = h('div', { class: 'muted' }, 'phases …');
    this.element.hidden = false;
    fill(
      this.element,
      h('header', {}, h('h2', {}, batch.id),
        h('button', { type: 'button', 'aria-label': 'Close', title: 'Close (Esc)', onclick: this.onClose }, '×')),
      h('dl', {},
        ...pair('Product', batch.product), ...pair('Order', batch.order), ...pair('Unit', batch.unit),
        ...pair('Status', batch.status),
        ...pair('Start', formatTime(batch.startMs, this.zone(), 'second')),
        ...pair('End', batch.endMs === null ? 'running' : formatTime(batch.endMs, this.zone(), 'second')),
        ...pair('Duration', describeDuration((batch.endMs ?? this.now()) - batch.startMs))),
      phases,
    );
    try {
      const [rows, events] = await Promise.all([
        sql(PHASES, [batch.product, batch.id], signal),
        sql(EVENTS, [batch.id], signal),
      ]);
      phases.className = '';
      fill(
        phases,
        h('table', {},
          h('thead', {}, h('tr', {}, h('th', {}, 'Phase'), h('th', {}, 'Unit'), h('th', { class: 'n' }, 'Took'),
            h('th', { class: 'n' }, 'Median'), h('th', { class: 'n', title: 'Difference to the median of the same phase on the same unit' }, 'Δ'))),
          h('tbody', {}, ...rows.map((row) => {
            const seconds = Number(row.seconds);
            const median = row.median_s === null ? null : Number(row.median_s);
            const off = median === null || row.running === true ? null : seconds / median - 1;
            return h('tr', {},
              h('td', {}, text(row, 'phase') + (Number(row.instance ?? 1) > 1 ? ` ${row.instance}` : '')),
              h('td', {}, text(row, 'unit_id')),
              h('td', { class: 'n' }, describeDuration(seconds * 1000) + (row.running === true ? ' …' : '')),
              h('td', { class: 'n', title: `of ${row.n ?? 0} batches` },
                median === null ? '–' : describeDuration(Math.round(median) * 1000)),
              h('td', { class: `n${off !== null && Math.abs(off) > 0.15 ? ' off' : ''}` },
                off === null ? '–' : `${off >= 0 ? '+' : '−'}${Math.abs(off * 100).toFixed(0)} %`));
          }))),
        events.length > 0 && h('h3', {}, 'Events'),
        events.length > 0 && h('ul', {}, ...events.map((row) =>
          h('li', {}, `${formatTime(Date.parse(text(row, 'start_time')), this.zone(), 'minute')} ${text(row, 'type')}`,
            h('br'), h('span', { class: 'muted' }, text(row, 'reason'))))),
      );
    } catch (e) {
      if ((e as Error).name !== 'AbortError') {
        fill(phases, h('p', { class: 'error' }, `Phases cannot be shown: ${(e as Error).message}`));
      }
    }
  }
}

function pair(name: string, value: string): Node[] {
  return value === '' ? [] : [h('dt', {}, name), h('dd', {}, value)];
}
