/**
 * The tag browser: search by name, description, unit of measure or equipment, with newest value,
 * quality and a sparkline beside each hit; the equipment tree with attributes; pinned and recent
 * tags. Keyboard: arrows walk the hits, Enter adds.
 */
import { current, findTags, plot, sql, type Newest, type TagHit, type TagSamples } from '../api';
import { dataRange } from '../chart/scales';
import { lineSegments } from '../chart/stretches';
import { fill, h } from '../dom';
import { isMeasurement } from '../model';
import { store, stored } from '../state/stored';
import { describeDuration } from '../time/zone';
import { text } from './lane';

const HITS = 20;
const RECENT = 8;
const SPARK = { width: 84, height: 20, hours: 8 };

export interface BrowserOptions {
  now(): number;
  zone(): string;
  onAdd(tag: string): void;
}

interface Equipment {
  id: string;
  parent: string;
  level: string;
  name: string;
  attributes: { name: string; tag: string; uom: string }[];
}

export class TagBrowser {
  readonly element = h('nav', { class: 'browser', 'aria-label': 'Tags' });
  private readonly search = h('input', {
    type: 'search',
    class: 'search',
    placeholder: 'Find a tag   ( / )',
    'aria-label': 'Find a tag by name, description, unit or equipment',
    autocomplete: 'off',
    spellcheck: false,
    oninput: () => this.later(),
    onkeydown: (event: KeyboardEvent) => this.key(event),
  });
  private readonly hits = h('div', { class: 'hits', role: 'listbox', 'aria-label': 'Tags found' });
  private readonly tree = h('div', { class: 'tree' });
  private readonly marked = h('div', { class: 'marked' });
  private shown: TagHit[] = [];
  private active = 0;
  private timer = 0;
  private abort = new AbortController();
  /** The words that the hits were found for. */
  private shownFor = '';
  private pinned = stored('tidemark.pinned');
  private recent = stored('tidemark.recent');

  constructor(private readonly options: BrowserOptions) {
    this.element.append(this.search, this.hits, this.marked, this.tree);
    this.drawMarked();
  }

  focus(): void {
    this.search.focus();
    this.search.select();
  }

  /** Notes that a tag was added. */
  used(tag: string): void {
    this.recent = [tag, ...this.recent.filter((t) => t !== tag)].slice(0, RECENT);
    store('tidemark.recent', this.recent);
    this.drawMarked();
  }

  /** Adds the hit that is marked; while hits are those of an earlier text, the first of this one. */
  private async addActive(): Promise<void> {
    if (this.search.value !== this.shownFor) {
      clearTimeout(this.timer);
      await this.find();
    }
    const hit = this.shown[this.active];
    if (hit !== undefined && this.search.value === this.shownFor) {
      this.add(hit.name);
    }
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.find(), 60);
  }

  private async find(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const words = this.search.value;
    if (words.trim() === '') {
      this.shown = [];
      this.shownFor = words;
      fill(this.hits);
      this.tree.hidden = false;
      return;
    }
    try {
      const found = await findTags(words, HITS, signal);
      this.shown = found.tags;
      this.shownFor = words;
      this.active = 0;
      this.tree.hidden = true;
      this.drawHits(found.total);
      if (found.tags.length > 0) {
        const names = found.tags.map((t) => t.name);
        void this.addValues(names, signal);
        void this.addSparklines(found.tags, signal);
      }
    } catch (e) {
      if ((e as Error).name !== 'AbortError') {
        fill(this.hits, h('p', { class: 'error' }, `Search failed: ${(e as Error).message}`));
      }
    }
  }

  private drawHits(total: number): void {
    fill(
      this.hits,
      ...this.shown.map((hit, i) => this.hit(hit, i)),
      total === 0 && h('p', { class: 'muted' }, 'No tag has these words in its name, description, unit or equipment.'),
      total > this.shown.length && h('p', { class: 'muted' }, `${total - this.shown.length} more: add a word`),
    );
    this.mark();
  }

  private hit(hit: TagHit, index: number): HTMLElement {
    const equipment = hit.attributes?.[0];
    return h('div', {
      class: 'hit',
      role: 'option',
      id: `hit-${index}`,
      draggable: true,
      tabIndex: -1,
      'data-tag': hit.name,
      'aria-selected': 'false',
      onclick: () => this.add(hit.name),
      ondragstart: (event: DragEvent) => drag(event, hit.name),
    },
      h('div', { class: 'hit-name' }, hit.name,
        h('button', {
          type: 'button',
          class: 'pin',
          tabIndex: -1,
          'aria-label': `${this.pinned.includes(hit.name) ? 'Unpin' : 'Pin'} ${hit.name}`,
          title: 'Pin',
          onclick: (event: Event) => {
            event.stopPropagation();
            this.pin(hit.name);
          },
        }, this.pinned.includes(hit.name) ? '★' : '☆')),
      h('div', { class: 'hit-text' }, hit.description,
        equipment !== undefined && h('span', { class: 'muted' }, ` ${equipment.equipmentId} · ${equipment.attribute}`)),
      h('div', { class: 'hit-row' }, h('span', { class: 'hit-value' }, hit.uom === '' ? '' : `[${hit.uom}]`),
        h('canvas', { class: 'spark', width: SPARK.width * devicePixelRatio, height: SPARK.height * devicePixelRatio })));
  }

  private row(tag: string): HTMLElement | null {
    return this.hits.querySelector(`[data-tag="${CSS.escape(tag)}"]`);
  }

  private async addValues(names: string[], signal: AbortSignal): Promise<void> {
    try {
      for (const newest of await current(names, this.options.zone(), signal)) {
        const cell = this.row(newest.tag)?.querySelector('.hit-value');
        if (cell instanceof HTMLElement) {
          cell.textContent = newestText(newest, this.options.now());
          cell.classList.toggle('bad', newest.quality === 'Bad');
        }
      }
    } catch {
      // values are a help beside the hits; the search itself says when the server is away
    }
  }

  private async addSparklines(hits: TagHit[], signal: AbortSignal): Promise<void> {
    const numeric = hits.filter((t) => isMeasurement(t.type)).map((t) => t.name);
    if (numeric.length === 0) {
      return;
    }
    const end = this.options.now();
    const start = end - SPARK.hours * 3_600_000;
    try {
      const answer = await plot(
        numeric, new Date(start).toISOString(), new Date(end).toISOString(), SPARK.width, 'UTC', signal);
      for (const tag of answer.tags) {
        const canvas = this.row(tag.info.tag)?.querySelector('canvas');
        if (canvas instanceof HTMLCanvasElement) {
          sparkline(canvas, tag, start, end);
        }
      }
    } catch {
      // as above
    }
  }

  private key(event: KeyboardEvent): void {
    switch (event.key) {
      case 'ArrowDown':
        this.active = Math.min(this.shown.length - 1, this.active + 1);
        break;
      case 'ArrowUp':
        this.active = Math.max(0, this.active - 1);
        break;
      case 'Enter':
        void this.addActive();
        break;
      case 'Escape':
        this.search.value = '';
        this.search.blur();
        void this.find();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
    this.mark();
  }

  private mark(): void {
    this.hits.querySelectorAll('.hit').forEach((row, i) => {
      row.classList.toggle('active', i === this.active);
      row.setAttribute('aria-selected', String(i === this.active));
      if (i === this.active) {
        row.scrollIntoView({ block: 'nearest' });
      }
    });
  }

  private add(tag: string): void {
    this.options.onAdd(tag);
  }

  private pin(tag: string): void {
    this.pinned = this.pinned.includes(tag) ? this.pinned.filter((t) => t !== tag) : [...this.pinned, tag];
    store('tidemark.pinned', this.pinned);
    this.drawMarked();
    this.drawHits(this.shown.length);
  }

  private drawMarked(): void {
    const list = (title: string, tags: string[]): (Node | false)[] => [
      tags.length > 0 && h('h2', {}, title),
      tags.length > 0 && h('ul', {}, ...tags.map((tag) => h('li', {}, this.tagButton(tag, tag)))),
    ];
    fill(this.marked, ...list('Pinned', this.pinned),
      ...list('Recent', this.recent.filter((t) => !this.pinned.includes(t))));
  }

  private tagButton(tag: string, label: string, uom = ''): HTMLElement {
    return h('button', {
      type: 'button',
      class: 'tag-button',
      title: `Add ${tag}`,
      draggable: true,
      onclick: () => this.add(tag),
      ondragstart: (event: DragEvent) => drag(event, tag),
    }, label, uom !== '' && h('span', { class: 'muted' }, ` ${uom}`));
  }

  /** Loads the equipment tree. */
  async loadTree(): Promise<void> {
    const [equipment, attributes] = await Promise.all([
      sql('SELECT equipment_id, parent_id, level, name FROM equipment ORDER BY equipment_id LIMIT 5000', []),
      sql('SELECT equipment_id, name, tag, uom FROM attributes ORDER BY equipment_id, name LIMIT 20000', []),
    ]);
    const nodes = new Map<string, Equipment>();
    for (const row of equipment) {
      const id = text(row, 'equipment_id');
      nodes.set(id, { id, parent: text(row, 'parent_id'), level: text(row, 'level'), name: text(row, 'name'), attributes: [] });
    }
    for (const row of attributes) {
      nodes.get(text(row, 'equipment_id'))?.attributes.push({
        name: text(row, 'name'), tag: text(row, 'tag'), uom: text(row, 'uom'),
      });
    }
    const roots = [...nodes.values()].filter((n) => n.parent === '' || !nodes.has(n.parent));
    fill(this.tree, roots.length > 0 && h('h2', {}, 'Equipment'), ...roots.map((n) => this.branch(n, nodes, 0)));
  }

  private branch(node: Equipment, all: Map<string, Equipment>, depth: number): HTMLElement {
    const children = depth > 12 ? [] : [...all.values()].filter((n) => n.parent === node.id && n.id !== node.id);
    return h('details', { open: depth < 2 || node.id === 'R1' },
      h('summary', {}, node.id.split('/').at(-1) ?? node.id, h('span', { class: 'muted' }, ` ${node.name}`)),
      ...node.attributes.map((a) => h('div', { class: 'attribute' }, this.tagButton(a.tag, a.name, a.uom))),
      ...children.map((n) => this.branch(n, all, depth + 1)));
  }
}

function drag(event: DragEvent, tag: string): void {
  event.dataTransfer?.setData('text/x-tidemark-tag', tag);
  event.dataTransfer?.setData('text/plain', tag);
}

export function newestText(newest: Newest, now: number): string {
  const age = describeDuration(Math.max(0, Math.round((now - Date.parse(newest.ts)) / 1000) * 1000));
  const value = newest.text ?? (newest.value === null ? newest.statusText : String(newest.value));
  return `${value}${newest.uom === '' ? '' : ` ${newest.uom}`}${newest.quality === 'Good' ? '' : ` ${newest.quality}`} · ${age} ago`;
}

function sparkline(canvas: HTMLCanvasElement, tag: TagSamples, startMs: number, endMs: number): void {
  const ctx = canvas.getContext('2d');
  const range = dataRange(tag.samples, startMs, endMs, { step: tag.info.step });
  if (ctx === null || range === null) {
    return;
  }
  const [lo, hi] = range;
  const { width, height } = canvas;
  ctx.strokeStyle = getComputedStyle(canvas).color;
  ctx.lineWidth = devicePixelRatio;
  for (const line of lineSegments(tag.samples, tag.info.step)) {
    ctx.beginPath();
    line.timeMs.forEach((ms, i) => {
      const x = ((ms - startMs) / (endMs - startMs)) * width;
      const y = hi === lo ? height / 2 : height - 2 - ((line.value[i]! - lo) / (hi - lo)) * (height - 4);
      ctx.lineTo(x, y);
    });
    ctx.stroke();
  }
}
