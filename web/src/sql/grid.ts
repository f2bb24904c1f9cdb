/**
 * The rows of an answer. Only cells in sight are elements, so that ten thousand rows scroll as ten.
 * A click on a heading sorts; cells are selected by mouse or keyboard and copied for a spreadsheet.
 */
import { fill, h } from '../dom';
import type { Answer, Column } from './answer';
import { asTsv, kindOf, shortType, shownText, sortedOrder, textOf, type Kind, type Sort } from './cells';
import { edgesOf, inSight, rowsInSight, scrolledTo } from './window';

const ROW_PX = 22;
const HEAD_PX = 40;
/** Blanks beside a text and the line behind it. */
const PADDING_PX = 20;
const WIDTH_MIN = 56;
const WIDTH_MAX = 420;
/** Rows that the widths of the columns are taken from. */
const MEASURED = 200;
const BESIDE = { rows: 8, columns: 2 };
/** What a cell says of itself at most when pointed at. */
const TITLE_CHARS = 2_000;

interface Spot {
  row: number;
  column: number;
}

const NEXT_SORT = ['ascending', 'descending', 'none'] as const;

export class ResultGrid {
  private readonly head = h('div', { class: 'sql-head', role: 'row', 'aria-rowindex': 1 });
  private readonly body = h('div', { class: 'sql-rows', role: 'rowgroup' });
  private readonly space = h('div', { class: 'sql-space', role: 'presentation' }, h('div', { role: 'rowgroup', class: 'sql-headgroup' }, this.head), this.body);
  readonly element = h('div', {
    class: 'sql-grid', role: 'grid', tabIndex: 0,
    'aria-label': 'Result: arrows move, Shift extends, Control and C copy',
    onscroll: () => this.later(),
    onkeydown: (event: KeyboardEvent) => this.key(event),
    onmousedown: (event: MouseEvent) => this.pressed(event),
  }, this.space);
  private answer: Answer | null = null;
  private order: Uint32Array = new Uint32Array();
  private sort: Sort | null = null;
  private kinds: Kind[] = [];
  private edges: number[] = [0];
  private anchor: Spot | null = null;
  private spot: Spot | null = null;
  private waiting = false;
  private readonly measure = document.createElement('canvas').getContext('2d')!;

  /** @param onCopy asked to put text on the clipboard: so many cells */
  constructor(private readonly onCopy: (text: string, cells: number) => void) {
    new ResizeObserver(() => this.later()).observe(this.element);
    this.space.hidden = true;
    const release = (): void => document.removeEventListener('mousemove', this.dragged);
    document.addEventListener('mouseup', release);
  }

  /** Shows an answer from its top, in the order of the server. */
  show(answer: Answer | null): void {
    this.answer = answer;
    this.sort = null;
    this.anchor = null;
    this.spot = null;
    this.kinds = answer?.columns.map((c) => kindOf(c.type)) ?? [];
    this.order = sortedOrder(answer?.rows ?? [], answer?.columns ?? [], null);
    this.edges = edgesOf(answer?.columns.map((c, i) => this.widthOf(c, i)) ?? []);
    this.element.scrollTo(0, 0);
    this.element.setAttribute('aria-rowcount', String(this.order.length + 1));
    this.element.setAttribute('aria-colcount', String(this.kinds.length));
    this.space.hidden = answer === null;
    this.space.style.width = `${this.edges.at(-1)}px`;
    this.space.style.height = `${HEAD_PX + this.order.length * ROW_PX}px`;
    this.draw();
  }

  /** Room for the heading and the longest text of the first rows. */
  private widthOf(column: Column, i: number): number {
    const { fontFamily } = getComputedStyle(this.element);
    const width = (text: string, font: string): number => {
      this.measure.font = `${font} ${fontFamily}`;
      return this.measure.measureText(text).width;
    };
    let longest = 'NULL';
    for (const row of this.answer!.rows.slice(0, MEASURED)) {
      const text = shownText(row[i] ?? null, this.kinds[i]!);
      longest = text.length > longest.length ? text : longest;
    }
    const widest = Math.max(
      width(longest, '13px') * 1.05, width(`${column.name} ▲`, 'bold 13px'), width(`${shortType(column.type)} ${column.uom}`, 'bold 10.5px'));
    return Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, widest + PADDING_PX)));
  }

  private later(): void {
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => {
        this.waiting = false;
        this.draw();
      });
    }
  }

  private draw(): void {
    const { answer, edges } = this;
    if (answer === null) {
      fill(this.head);
      fill(this.body);
      return;
    }
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    const columns = inSight(edges, scrollLeft, clientWidth, BESIDE.columns);
    const { first, last } = rowsInSight(this.order.length, ROW_PX, scrollTop, clientHeight, BESIDE.rows);
    this.drawHead(columns.first, columns.last);
    const rows: HTMLElement[] = [];
    for (let r = first; r < last; r++) {
      const cells: HTMLElement[] = [];
      for (let c = columns.first; c < columns.last; c++) {
        cells.push(this.cell(r, c));
      }
      rows.push(h('div', {
        class: `sql-row${r % 2 === 1 ? ' odd' : ''}`, role: 'row', 'aria-rowindex': r + 2, style: { top: `${HEAD_PX + r * ROW_PX}px`, width: `${edges.at(-1)}px` },
      }, ...cells));
    }
    fill(this.body, ...rows);
    if (this.spot === null || document.getElementById(cellId(this.spot)) === null) {
      this.element.removeAttribute('aria-activedescendant');
    } else {
      this.element.setAttribute('aria-activedescendant', cellId(this.spot));
    }
  }

  private drawHead(first: number, last: number): void {
    const focused = this.head.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset.column : undefined;
    const headings: HTMLElement[] = [];
    for (let c = first; c < last; c++) {
      const column = this.answer!.columns[c]!;
      const direction = this.sort?.column === c ? (this.sort.descending ? 'descending' : 'ascending') : 'none';
      headings.push(h('div', {
        role: 'columnheader', class: `sql-heading${this.kinds[c] === 'number' ? ' right' : ''}`, style: this.place(c),
        'aria-colindex': c + 1, 'aria-sort': direction,
      }, h('button', {
        type: 'button', 'data-column': String(c), title: `${column.name}: ${column.type}${column.uom === '' ? '' : `, ${column.uom}`}. Click to sort`,
        onclick: () => this.sortBy(c),
      },
        h('span', { class: 'sql-name' }, `${column.name}${direction === 'none' ? '' : direction === 'ascending' ? ' ▲' : ' ▼'}`),
        h('span', { class: 'sql-type' }, shortType(column.type), column.uom !== '' && h('b', {}, ` ${column.uom}`)))));
    }
    fill(this.head, ...headings);
    if (focused !== undefined) {
      this.head.querySelector<HTMLElement>(`[data-column="${focused}"]`)?.focus();
    }
  }

  private place(column: number): Record<string, string> {
    return { left: `${this.edges[column]}px`, width: `${this.edges[column + 1]! - this.edges[column]!}px` };
  }

  private cell(row: number, column: number): HTMLElement {
    const value = this.answer!.rows[this.order[row]!]![column] ?? null;
    const kind = this.kinds[column]!;
    const classes = ['sql-cell'];
    if (kind === 'number') {
      classes.push('right');
    }
    if (value === null) {
      classes.push('null');
    }
    const isSelected = this.isSelected(row, column);
    if (isSelected) {
      classes.push('selected');
    }
    if (this.spot?.row === row && this.spot.column === column) {
      classes.push('spot');
    }
    return h('div', {
      class: classes.join(' '), role: 'gridcell', id: cellId({ row, column }), 'aria-colindex': column + 1,
      'aria-selected': String(isSelected), style: this.place(column),
      ...(value === null ? {} : { title: textOf(value).slice(0, TITLE_CHARS) }),
    }, value === null ? 'NULL' : shownText(value, kind));
  }

  // ---- order

  private sortBy(column: number): void {
    const now = this.sort?.column === column ? (this.sort.descending ? 1 : 0) : -1;
    const next = NEXT_SORT[now + 1]!;
    this.sort = next === 'none' ? null : { column, descending: next === 'descending' };
    this.order = sortedOrder(this.answer!.rows, this.answer!.columns, this.sort);
    this.anchor = null;
    this.spot = null;
    this.draw();
  }

  // ---- selection

  private area(): { top: number; bottom: number; left: number; right: number } | null {
    const { anchor, spot } = this;
    return anchor === null || spot === null ? null : {
      top: Math.min(anchor.row, spot.row), bottom: Math.max(anchor.row, spot.row),
      left: Math.min(anchor.column, spot.column), right: Math.max(anchor.column, spot.column),
    };
  }

  private isSelected(row: number, column: number): boolean {
    const area = this.area();
    return area !== null && row >= area.top && row <= area.bottom && column >= area.left && column <= area.right;
  }

  private spotAt(event: MouseEvent): Spot | null {
    const box = this.space.getBoundingClientRect();
    const x = event.clientX - box.left;
    const row = Math.floor((event.clientY - box.top - HEAD_PX) / ROW_PX);
    const column = this.edges.findLastIndex((edge) => edge <= x);
    return this.order.length === 0
      ? null
      : { row: clamp(row, this.order.length), column: clamp(column, this.kinds.length) };
  }

  private pressed(event: MouseEvent): void {
    if (event.button !== 0 || !(event.target as HTMLElement).matches('.sql-cell')) {
      return;
    }
    this.go(this.spotAt(event), event.shiftKey);
    document.addEventListener('mousemove', this.dragged);
  }

  private readonly dragged = (event: MouseEvent): void => this.go(this.spotAt(event), true);

  private go(spot: Spot | null, extend: boolean): void {
    if (spot === null) {
      return;
    }
    this.spot = spot;
    if (!extend || this.anchor === null) {
      this.anchor = spot;
    }
    const { element, edges } = this;
    const top = spot.row * ROW_PX;
    element.scrollTop = scrolledTo(top, top + ROW_PX, element.scrollTop, element.clientHeight - HEAD_PX);
    element.scrollLeft = scrolledTo(edges[spot.column]!, edges[spot.column + 1]!, element.scrollLeft, element.clientWidth);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.element || this.answer === null || event.altKey) {
      return;
    }
    const rows = this.order.length;
    const columns = this.kinds.length;
    const command = event.ctrlKey || event.metaKey;
    const at = this.spot ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor((this.element.clientHeight - HEAD_PX) / ROW_PX) - 1);
    const move = (row: number, column: number): void => {
      if (rows > 0) {
        this.go({ row: clamp(row, rows), column: clamp(column, columns) }, event.shiftKey);
      }
    };
    switch (event.key) {
      case 'ArrowDown': move(at.row + 1, at.column); break;
      case 'ArrowUp': move(at.row - 1, at.column); break;
      case 'ArrowRight': move(at.row, at.column + 1); break;
      case 'ArrowLeft': move(at.row, at.column - 1); break;
      case 'PageDown': move(at.row + page, at.column); break;
      case 'PageUp': move(at.row - page, at.column); break;
      case 'Home': move(command ? 0 : at.row, 0); break;
      case 'End': move(command ? rows - 1 : at.row, columns - 1); break;
      default:
        if (!command || (event.key !== 'a' && event.key !== 'c')) {
          return;
        }
        if (event.key === 'c') {
          this.copy();
        } else if (rows > 0) {
          this.anchor = { row: 0, column: 0 };
          this.spot = { row: rows - 1, column: columns - 1 };
          this.draw();
        }
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Copies what is selected; without a selection everything, with headings. */
  copy(): void {
    const { answer } = this;
    if (answer === null || this.order.length === 0) {
      return;
    }
    const selected = this.area();
    const area = selected ?? { top: 0, bottom: this.order.length - 1, left: 0, right: this.kinds.length - 1 };
    const rows: (typeof answer.rows)[number][] = [];
    for (let r = area.top; r <= area.bottom; r++) {
      rows.push(answer.rows[this.order[r]!]!.slice(area.left, area.right + 1));
    }
    const columns = answer.columns.slice(area.left, area.right + 1);
    this.onCopy(asTsv(rows, columns, selected === null), rows.length * columns.length);
  }
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}

function cellId(spot: Spot): string {
  return `sql-cell-${spot.row}-${spot.column}`;
}
