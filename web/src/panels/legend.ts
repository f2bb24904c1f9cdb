/**
 * The table under the chart: a row a trace with its value under the pointer and at the cursors, the
 * figures of the visible range as the server gives them, and how it is drawn. A row dragged onto
 * another shares its scale.
 */
import type { Summary } from '../api';
import { formatValue } from '../chart/scales';
import { indexAt, isNumeric, nearest, statusText, valueText, type Trace } from '../chart/trace';
import type { Trend } from '../chart/trend';
import { qualityOf } from '../model';
import { fill, h } from '../dom';
import { formatTime } from '../time/zone';

export interface LegendOptions {
  zone(): string;
  /** A trace changed how it is drawn. */
  onChange(): void;
  onRemove(trace: Trace): void;
  onMove(trace: Trace, by: number): void;
}

/** Figures between the cursors, by tag. */
export type Between = Map<string, Summary>;

export class Legend {
  readonly element = h('section', { class: 'legend', 'aria-label': 'Traces' });
  private readonly table = h('table');
  private traces: Trace[] = [];
  /** Rows that wait until nobody types; null if none do. */
  private draw: (() => void) | null = null;
  private valueCells = new Map<string, HTMLElement>();

  constructor(
    private readonly trend: Trend,
    private readonly options: LegendOptions,
  ) {
    this.element.append(this.table);
    this.table.addEventListener('focusout', () => this.drawSoon());
  }

  /** Shows the rows; while a field of the table is being typed into, once that is over. */
  show(traces: Trace[], cursors: number[], between: Between | null): void {
    this.traces = traces;
    this.draw = () => this.drawRows(traces, cursors, between);
    this.drawSoon();
  }

  /** Later: while a change is being reported the browser has not moved the focus yet. */
  private drawSoon(): void {
    setTimeout(() => {
      if (!this.isTypedInto(document.activeElement)) {
        this.draw?.();
      }
    }, 0);
  }

  private isTypedInto(element: unknown): boolean {
    return element instanceof HTMLInputElement && this.table.contains(element);
  }

  private drawRows(traces: Trace[], cursors: number[], between: Between | null): void {
    this.draw = null;
    this.valueCells.clear();
    const focused = (document.activeElement as HTMLElement | null)?.dataset.key;
    const columns = ['Show', 'Tag', 'Value', ...(cursors.length > 0 ? ['At A'] : []),
      ...(cursors.length > 1 ? ['At B', 'B − A', 'Time average A–B'] : []),
      'Time average', 'Minimum', 'Maximum', 'Std. deviation', 'Total', 'Good', 'Count', 'Scale', 'Remove'];
    fill(
      this.table,
      h('thead', {}, h('tr', {}, ...columns.map((c) => h('th', { scope: 'col' },
        c === 'Show' || c === 'Remove' ? h('span', { class: 'unseen' }, c) : c)))),
      h('tbody', {}, ...traces.map((trace) => this.row(trace, cursors, between))),
    );
    if (focused !== undefined) {
      this.table.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
    this.hover(null);
  }

  private row(trace: Trace, cursors: number[], between: Between | null): HTMLElement {
    const value = h('td', { class: 'value n' });
    this.valueCells.set(trace.tag, value);
    const s = trace.summary;
    const numeric = isNumeric(trace);
    const figure = (field: keyof Summary, uom = trace.info.uom): HTMLElement =>
      h('td', { class: 'n', 'data-figure': field, title: uom },
        ...(s === null || !numeric ? [] : digits(s[field] as number | null)));
    return h('tr', {
      'data-tag': trace.tag,
      class: trace.hidden ? 'hidden' : '',
      draggable: true,
      ondragstart: (e: DragEvent) => e.dataTransfer?.setData('text/x-tidemark-trace', trace.tag),
      ondragover: (e: DragEvent) => e.preventDefault(),
      ondrop: (e: DragEvent) => this.dropped(e, trace),
    },
      h('td', {}, h('button', {
        type: 'button', class: 'swatch', style: { background: trace.paint },
        'data-key': `show:${trace.tag}`,
        'aria-pressed': String(!trace.hidden),
        'aria-label': `${trace.hidden ? 'Show' : 'Hide'} ${trace.tag}`, title: 'Show or hide',
        onclick: () => {
          trace.hidden = !trace.hidden;
          this.options.onChange();
        },
      })),
      h('th', { scope: 'row', title: trace.info.description ?? '' },
        h('span', { class: 'tag' }, trace.tag),
        trace.info.uom !== '' && h('span', { class: 'muted' }, ` [${trace.info.uom}]`),
        trace.error !== null && h('span', { class: 'error', role: 'alert' }, ` ${trace.error}`)),
      value,
      ...(cursors.length > 0 ? [this.cursorCell(trace, cursors[0]!)] : []),
      ...(cursors.length > 1
        ? [this.cursorCell(trace, cursors[1]!), this.difference(trace, cursors),
            h('td', { class: 'n', 'data-figure': 'between' },
              ...digits(between?.get(trace.tag)?.timeAverage ?? null))]
        : []),
      figure('timeAverage'), figure('minimum'), figure('maximum'), figure('stdDev'),
      figure('total', trace.totalUom),
      h('td', { class: `n${s !== null && (s.percentGood ?? 100) < 99.95 ? ' off' : ''}`, 'data-figure': 'percentGood' },
        ...(s === null || s.percentGood === null ? [] : [...digits(s.percentGood), ' %'])),
      h('td', { class: 'n', 'data-figure': 'count' }, s === null ? '' : String(s.count)),
      h('td', { class: 'scale' }, ...(numeric ? this.scaleControls(trace) : [])),
      h('td', {}, h('button', {
        type: 'button', class: 'plain', 'data-key': `remove:${trace.tag}`,
        'aria-label': `Remove ${trace.tag}`, title: 'Remove (Delete)',
        onclick: () => this.options.onRemove(trace),
      }, '×')));
  }

  private scaleControls(trace: Trace): HTMLElement[] {
    const range = this.trend.rangeOf(trace);
    const end = (key: 'min' | 'max', shown: number | undefined): HTMLElement => h('input', {
      type: 'text', inputMode: 'decimal', size: 5, class: 'end',
      'data-key': `${key}:${trace.tag}`,
      'aria-label': `${key === 'min' ? 'Lower' : 'Upper'} end of the scale of ${trace.tag}`,
      title: 'Empty follows the data',
      value: trace[key] === null ? '' : String(trace[key]),
      placeholder: shown === undefined || range === null ? '' : formatValue(shown, range[0], range[1]),
      onchange: (event: Event) => {
        const field = event.target as HTMLInputElement;
        const entered = field.value.trim().replace(',', '.');
        const number = entered === '' ? null : Number(entered);
        const ends = { min: trace.min, max: trace.max, [key]: number };
        const wrong = number !== null && !Number.isFinite(number)
          ? 'a number, please'
          : ends.min !== null && ends.max !== null && ends.min >= ends.max ? 'the lower end must be below the upper' : '';
        field.setCustomValidity(wrong);
        if (!field.reportValidity()) {
          return;
        }
        trace[key] = number;
        this.options.onChange();
      },
    });
    return [
      end('min', range?.[0]), end('max', range?.[1]),
      h('button', {
        type: 'button', class: 'toggle', 'data-key': `log:${trace.tag}`, 'aria-pressed': String(trace.log),
        title: 'Logarithmic', onclick: () => {
          trace.log = !trace.log;
          this.options.onChange();
        },
      }, 'log'),
      h('button', {
        type: 'button', class: 'toggle', 'data-key': `share:${trace.tag}`,
        'aria-pressed': String(trace.scale !== null),
        'aria-label': trace.scale === null ? `own scale of ${trace.tag}: share that of the trace above` : `⛓ ${trace.scale}: shared scale of ${trace.tag}, give it its own`,
        title: trace.scale === null ? 'Share the scale of the trace above (or drag this row onto another)' : `Shares scale ${trace.scale}; click for an own scale`,
        onclick: () => {
          if (trace.scale !== null) {
            trace.scale = null;
          } else {
            const above = this.traces.slice(0, this.traces.indexOf(trace)).reverse().find(isNumeric);
            if (above !== undefined) {
              this.share(trace, above);
            }
          }
          this.options.onChange();
        },
      }, trace.scale === null ? 'own' : `⛓ ${trace.scale}`),
      h('button', {
        type: 'button', class: 'toggle', 'data-key': `limit:${trace.tag}`, 'aria-pressed': String(trace.limits.length > 0),
        title: trace.limits.length === 0 ? 'Draw a limit or target as a line' : `Lines at ${trace.limits.join(', ')}; click to change`,
        'aria-label': `Limits of ${trace.tag}`,
        onclick: (event: Event) => this.editLimits(trace, event.currentTarget as HTMLElement),
      }, 'limits'),
    ];
  }

  private editLimits(trace: Trace, beside: HTMLElement): void {
    const field = h('input', {
      type: 'text', class: 'limits', value: trace.limits.join(' '),
      placeholder: 'for example 85 90', 'aria-label': `Limits and targets of ${trace.tag}, with blanks between`,
      onkeydown: (event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          field.blur();
        } else if (event.key === 'Escape') {
          field.replaceWith(beside);
        }
      },
      onblur: () => {
        const words = field.value.trim().split(/[\s;]+/).filter((w) => w !== '');
        const numbers = words.map(Number);
        if (field.isConnected) {
          field.replaceWith(beside);
        }
        trace.limits = numbers.filter(Number.isFinite).slice(0, 8);
        this.options.onChange();
      },
    });
    beside.replaceWith(field);
    field.focus();
  }

  /** Lets one trace share another's scale. */
  private share(trace: Trace, other: Trace): void {
    if (other.scale === null) {
      const used = new Set(this.traces.map((t) => t.scale));
      other.scale = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').find((l) => !used.has(l)) ?? 'Z';
    }
    trace.scale = other.scale;
    trace.log = other.log;
  }

  private dropped(event: DragEvent, onto: Trace): void {
    const tag = event.dataTransfer?.getData('text/x-tidemark-trace') ?? '';
    const dragged = this.traces.find((t) => t.tag === tag);
    if (dragged !== undefined && dragged !== onto && isNumeric(dragged) && isNumeric(onto)) {
      event.preventDefault();
      event.stopPropagation();
      this.share(dragged, onto);
      this.options.onChange();
    }
  }

  private shown(trace: Trace, value: number): string {
    const range = this.trend.rangeOf(trace);
    return range === null ? String(value) : formatValue(value, range[0], range[1]);
  }

  /** The real sample at a cursor: value as stored, time and status. */
  private cursorCell(trace: Trace, ms: number): HTMLElement {
    const index = isNumeric(trace) && !trace.info.step ? nearest(trace.samples, ms) : indexAt(trace.samples, ms);
    if (index < 0) {
      return h('td', { class: 'n muted' }, 'no sample');
    }
    const status = trace.samples.status[index]!;
    const quality = qualityOf(status);
    return h('td', { class: 'n cursor', title: trace.samples.ts[index]! },
      h('span', {}, valueText(trace, index, String)),
      h('br'),
      h('span', { class: quality === 'good' ? 'muted small' : 'small off' },
        `${formatTime(trace.samples.timeMs[index]!, this.options.zone(), 'second')} ${statusText(trace, status)}`));
  }

  private difference(trace: Trace, cursors: number[]): HTMLElement {
    const at = (ms: number): number | null => {
      const index = trace.info.step ? indexAt(trace.samples, ms) : nearest(trace.samples, ms);
      return trace.samples.value[index] ?? null;
    };
    const a = at(cursors[0]!);
    const b = at(cursors[1]!);
    const text = !isNumeric(trace) || a === null || b === null ? '–' : String(Number((b - a).toPrecision(12)));
    return h('td', { class: 'n' }, text);
  }

  /** Shows the values under the pointer; the newest ones where it is elsewhere. */
  hover(ms: number | null): void {
    for (const trace of this.traces) {
      const cell = this.valueCells.get(trace.tag);
      if (cell === undefined) {
        continue;
      }
      const { samples } = trace;
      const index = ms === null
        ? samples.timeMs.length - 1
        : isNumeric(trace) && !trace.info.step ? nearest(samples, ms) : indexAt(samples, ms);
      if (index < 0) {
        cell.textContent = '';
        continue;
      }
      const status = samples.status[index]!;
      const quality = qualityOf(status);
      cell.textContent = quality === 'bad'
        ? statusText(trace, status)
        : valueText(trace, index, (v) => this.shown(trace, v));
      cell.title = `${samples.ts[index]} ${statusText(trace, status)}`;
      cell.classList.toggle('off', quality !== 'good');
    }
  }
}

/**
 * All digits of a figure, as the server sent it; those beyond six are small, so that the eye finds
 * the number and a comparison finds every digit.
 */
export function digits(value: number | null): (Node | string)[] {
  if (value === null) {
    return ['–'];
  }
  const text = String(value);
  const match = /^(-?0*\.?0*)([\d.]*)(e.*)?$/.exec(text);
  if (match === null || match[3] !== undefined) {
    return [text];
  }
  let count = 0;
  const lead = match[1]!;
  const body = match[2]!;
  let cut = 0;
  for (; cut < body.length && count < 6; cut++) {
    if (body[cut] !== '.') {
      count++;
    }
  }
  const point = body.indexOf('.');
  if (point < 0 && !lead.includes('.')) {
    return [text]; // a whole number is whole
  }
  cut = Math.max(cut, lead.includes('.') ? 0 : point);
  const rest = body.slice(cut);
  return [lead + body.slice(0, cut), ...(rest === '' ? [] : [h('span', { class: 'rest' }, rest)])];
}
