/** The chart of an answer on uPlot: lines over a time or another number, a scale for each unit. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { niceRange, tickTexts, valueTicks } from '../chart/scales';
import { palette } from '../chart/trace';
import { color, font } from '../chart/trend';
import { fill, h } from '../dom';
import { formatTime, ticks, type Tick } from '../time/zone';
import type { Answer } from './answer';
import { counted, headingOf, kindOf } from './cells';
import { axesOf, choosable, isLocalTime, linesOf, nearestValue, LINES_MAX, type Axes, type Choice, type Lines } from './series';

/** Axes beyond those share the room of the first, without one of their own. */
const AXES_MAX = 3;
const AXIS_PX = 58;
/** How many places away from the pointer the legend takes a value of a line that has none there. */
const REACH = 40;

export class ResultChart {
  private readonly choices = h('div', { class: 'sql-choices' });
  private readonly canvas = h('div', { class: 'sql-canvas', role: 'img' });
  private readonly note = h('p', { class: 'muted small sql-chart-note', role: 'status' });
  readonly element = h('div', { class: 'sql-chart' }, this.choices, this.note, this.canvas);
  private plot: uPlot | null = null;
  private answer: Answer | null = null;
  private choice: Choice = { x: null, by: null, y: null };
  private dark = matchMedia('(prefers-color-scheme: dark)');

  /** @param onChoice told what a person chose */
  constructor(private readonly onChoice: (choice: Choice) => void) {
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    this.dark.addEventListener('change', () => this.draw());
  }

  show(answer: Answer | null, choice: Choice): void {
    this.answer = answer;
    this.choice = choice;
    this.draw();
  }

  private choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.onChoice(this.choice);
    this.draw();
  }

  private draw(): void {
    this.plot?.destroy();
    this.plot = null;
    const { answer } = this;
    const axes = answer === null ? null : axesOf(answer.columns, answer.rows, this.choice);
    if (answer === null || axes === null) {
      fill(this.choices);
      fill(this.canvas);
      this.note.textContent = answer === null
        ? 'Nothing to draw yet: run a statement.'
        : 'Nothing to draw: a chart needs a time, or a number to draw over, and a column of numbers.';
      return;
    }
    this.drawChoices(answer, axes);
    const lines = linesOf(answer.columns, answer.rows, axes);
    const notes = [
      lines.leftOut > 0 && `only ${LINES_MAX} lines are drawn, ${lines.leftOut} are left out`,
      lines.hidden > 0 && `${counted(lines.hidden)} rows are hidden by others of the same line and place: choose what tells them apart under “a line for each”`,
      answer.cut && `of the first ${counted(answer.rows.length)} rows`,
    ];
    this.note.textContent = notes.filter((note) => note !== false).join(' · ');
    this.canvas.setAttribute('aria-label', `Chart of ${lines.lines.map((l) => l.label).join(', ')} over ${answer.columns[axes.x]!.name}; the tab Grid has the numbers`);
    this.build(answer, axes, lines);
  }

  private drawChoices(answer: Answer, axes: Axes): void {
    const { columns } = answer;
    const can = choosable(columns, answer.rows);
    const option = (i: number, chosen: boolean): HTMLElement => h('option', { value: columns[i]!.name, selected: chosen }, columns[i]!.name);
    fill(
      this.choices,
      h('label', {}, 'Over ', h('select', {
        'data-choice': 'x',
        onchange: (event: Event) => this.choose({ x: (event.target as HTMLSelectElement).value }),
      }, ...can.x.map((i) => option(i, i === axes.x)))),
      can.by.length > 0 && h('label', {}, 'a line for each ', h('select', {
        'data-choice': 'by',
        onchange: (event: Event) => this.choose({ by: (event.target as HTMLSelectElement).value }),
      }, h('option', { value: '', selected: axes.by === null }, '(column)'), ...can.by.map((i) => option(i, i === axes.by)))),
      h('fieldset', {}, h('legend', { class: 'unseen' }, 'Columns drawn'),
        ...can.y.filter((i) => i !== axes.x).map((i) => h('label', {}, h('input', {
          type: 'checkbox', checked: axes.y.includes(i), 'data-choice': `y:${columns[i]!.name}`,
          disabled: axes.y.length === 1 && axes.y[0] === i,
          onchange: (event: Event) => this.choose({
            y: can.y.filter((j) => (j === i ? (event.target as HTMLInputElement).checked : axes.y.includes(j))).map((j) => columns[j]!.name),
          }),
        }), ` ${headingOf(columns[i]!)}`))),
    );
  }

  private build(answer: Answer, axes: Axes, { x, lines }: Lines): void {
    const over = answer.columns[axes.x]!;
    const isTime = kindOf(over.type) === 'time';
    const zone = isLocalTime(over.type) ? 'UTC' : answer.timeZone;
    const colors = palette(this.dark.matches);
    const units = [...new Set(lines.map((l) => l.uom))];
    const look = { stroke: () => color(this.canvas, '--muted'), font: font(this.canvas) };
    const faint = { stroke: () => color(this.canvas, '--grid'), width: 1 };
    const tick = { ...faint, size: 4 };
    const fewPlaces = x.length < 80;
    let times: Tick[] = [];
    fill(this.canvas);
    this.plot = new uPlot(
      {
        ...this.size(),
        ms: 1,
        padding: [10, 22, 0, 0],
        legend: { live: true },
        cursor: {
          y: false, drag: { x: true, y: false },
          dataIdx: (_u, i, at) => (i === 0 ? at : nearestValue(lines[i - 1]!.values, at, REACH)),
        },
        scales: {
          x: { time: false },
          ...Object.fromEntries(units.map((uom) => [`u ${uom}`, { range: (_u: uPlot, lo: number | null, hi: number | null) => niceRange(lo ?? NaN, hi ?? NaN) }])),
        },
        series: [
          { label: headingOf(over), value: (_u, v: number | null) => (v === null ? '' : isTime ? formatTime(v, zone, v % 1000 === 0 ? 'second' : 'ms') : String(v)) },
          ...lines.map((line, i): uPlot.Series => ({
            label: line.label, scale: `u ${line.uom}`, stroke: colors[i % colors.length]!, width: 1.5,
            ...(i < colors.length ? {} : { dash: [6, 3 + 3 * Math.floor(i / colors.length)] }),
            points: fewPlaces ? { show: true, size: 5 } : {},
            value: (_u, v: number | null | undefined) => (typeof v === 'number' ? String(v) : '–'),
          })),
        ],
        axes: [
          {
            ...look, size: isTime ? 38 : 28, grid: faint, ticks: tick,
            splits: (_u, _i, from, to) => {
              times = isTime ? ticks(from, to, zone, this.count(90)) : [];
              return isTime ? times.map((t) => t.ms) : valueTicks(from, to, this.count(70), false);
            },
            values: (_u, splits) => (isTime ? times.map((t) => t.label) : tickTexts(splits)),
          },
          ...units.slice(0, AXES_MAX).map((uom, i): uPlot.Axis => ({
            ...look, scale: `u ${uom}`, size: AXIS_PX, ...(uom === '' ? {} : { label: uom, labelSize: 18, labelFont: font(this.canvas) }), side: 3,
            grid: { ...faint, show: i === 0 }, ticks: tick,
            splits: (_u, _j, from, to) => valueTicks(from, to, 8, false),
            values: (_u, splits) => tickTexts(splits),
          })),
        ],
      },
      [x, ...lines.map((l) => l.values)],
      this.canvas,
    );
    this.resize();
  }

  private count(px: number): number {
    return Math.max(2, Math.floor((this.canvas.clientWidth - AXIS_PX) / px));
  }

  /** What the legend leaves, once it is there. */
  private size(): { width: number; height: number } {
    const legend = this.canvas.querySelector<HTMLElement>('.u-legend')?.offsetHeight ?? 0;
    return { width: Math.max(120, this.canvas.clientWidth), height: Math.max(160, this.canvas.clientHeight - legend) };
  }

  private resize(): void {
    if (this.canvas.clientWidth > 0) {
      this.plot?.setSize(this.size());
    }
  }
}
