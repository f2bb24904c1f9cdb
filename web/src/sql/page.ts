/**
 * The SQL page: a statement in an editor, its answer as a grid or a chart, what it can name beside
 * it. What a link must say to reproduce it is in the fragment of the address.
 */
import * as api from '../api';
import { copyText, download, fill, h } from '../dom';
import { who } from '../login';
import { helpDialog, SQL_KEYS } from '../panels/help';
import { nav } from '../panels/nav';
import { Notes } from '../panels/notes';
import { Server } from '../server';
import { decodeSql, encodeSql, PLAIN_SQL, type SqlState } from '../state/sqllink';
import type { ZoneChoice } from '../state/permalink';
import { fileOf, ROWS_MAX, runStatement, type Answer } from './answer';
import { counted } from './cells';
import { ResultChart } from './chart';
import { Editor } from './editor';
import { ResultGrid } from './grid';
import { Side } from './side';
import { explained, placeOf, toRun, type Stretch } from './statements';
import './sql.css';

/** How long the text rests before the address takes it: browsers limit how often it may change. */
const LINK_MS = 400;
const TAGS_OFFERED = 30;
const VIEWS = ['grid', 'chart'] as const;

/** A statement that failed: where in the text it stood, and how many characters were put before it. */
interface Failed {
  stretch: Stretch;
  statement: string;
  before: number;
}

export class SqlPage {
  private state: SqlState = { ...PLAIN_SQL };
  private readonly server = new Server(() => this.greet());
  private readonly notes = new Notes();
  private readonly help = helpDialog('SQL page: keyboard', SQL_KEYS,
    'Drag over cells selects them. In the chart a drag zooms, a double click shows all again.');
  private readonly editor = new Editor({
    schema: () => this.side.schema,
    findTags: (words) => api.findTags(words, TAGS_OFFERED).then((found) => found.tags, () => []),
    onChange: () => this.edited(),
    onRun: () => void this.run(),
    onCancel: () => this.cancel(),
  });
  private readonly side = new Side({
    onInsert: (text) => this.editor.insert(text),
    onOpen: (sql) => this.open(sql),
  });
  private readonly grid = new ResultGrid((text, cells) => void this.copied(text, cells));
  private readonly chart = new ResultChart((choice) => {
    Object.assign(this.state, choice);
    this.saveLink();
  });
  private readonly zone = h('select', {
    'aria-label': 'Time zone',
    onchange: () => {
      this.state.zone = this.zone.value as ZoneChoice;
      this.saveLink();
    },
  });
  private readonly runButton = this.button('Run', 'Runs the selection, else the statement at the cursor (Ctrl+Enter)', () => void this.run());
  private readonly cancelButton = this.button('Cancel', 'Stops the statement (Esc)', () => this.cancel());
  private readonly explainButton = this.button('Explain', 'Shows what the statement would read, without running it', () => void this.run({ explain: true }));
  private readonly copyButton = this.button('Copy', 'Copies the selected cells, else all, for a spreadsheet', () => this.grid.copy());
  private readonly csvButton = this.button('CSV', 'Runs the statement again and saves all of its rows as CSV', () => void this.save('csv'));
  private readonly arrowButton = this.button('Arrow', 'Runs the statement again and saves all of its rows as an Arrow stream', () => void this.save('arrow'));
  private readonly status = h('span', { class: 'sql-status', role: 'status' });
  private readonly problem = h('div', { class: 'sql-problem', role: 'alert', hidden: true });
  private readonly tabs = VIEWS.map((view) => h('button', {
    type: 'button', role: 'tab', id: `sql-tab-${view}`, 'aria-controls': `sql-${view}`,
    onclick: () => this.view(view),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        this.view(this.state.view === 'grid' ? 'chart' : 'grid');
        this.tabs[VIEWS.indexOf(this.state.view)]!.focus();
      }
    },
  }, view === 'grid' ? 'Grid' : 'Chart'));
  private readonly panels = VIEWS.map((view) => h('div', {
    role: 'tabpanel', id: `sql-${view}`, 'aria-labelledby': `sql-tab-${view}`, class: 'sql-panel',
  }, view === 'grid' ? this.grid.element : this.chart.element));
  private answer: Answer | null = null;
  /** The statement whose answer is shown, for its files. */
  private shown = '';
  private running = new AbortController();
  private isRunning = false;
  private isOpen = false;
  private linkTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly root: HTMLElement) {
    fill(
      root,
      h('header', { class: 'top' },
        h('h1', {}, h('a', { href: '/', title: 'Overview' }, 'Tidemark')), nav('sql'),
        h('span', { class: 'grow' }), this.zone, who(),
        h('button', { type: 'button', class: 'plain', title: 'Keyboard (?)', 'aria-label': 'Keyboard help', onclick: () => this.help.showModal() }, '?')),
      this.server.banner,
      h('div', { class: 'body' },
        this.side.element,
        h('main', { class: 'sql-main' },
          this.notes.element,
          h('div', { class: 'sql-edit' }, this.editor.element),
          h('div', { class: 'sql-bar', role: 'toolbar', 'aria-label': 'Statement' }, this.runButton, this.cancelButton, this.explainButton, this.status),
          this.problem,
          h('div', { class: 'sql-bar' },
            h('div', { role: 'tablist', 'aria-label': 'Result', class: 'sql-tabs' }, ...this.tabs),
            h('span', { class: 'grow' }), this.copyButton, this.csvButton, this.arrowButton),
          ...this.panels)),
      this.help,
    );
    document.addEventListener('keydown', (event) => this.key(event));
    this.busy(false);
    this.showView();
    void this.greet().catch((e: unknown) => this.failed(e, null));
  }

  private button(label: string, title: string, act: () => void): HTMLButtonElement {
    return h('button', { type: 'button', title, onclick: act }, label);
  }

  /** Shows what the fragment says; without a state in it, what was there before. */
  async show(fragment: string): Promise<void> {
    const { state, problems } = decodeSql(fragment);
    const isBare = fragment === '#sql';
    this.editor.focus();
    if (isBare && this.isOpen) {
      this.saveLink();
      return;
    }
    this.isOpen = true;
    this.state = isBare ? { ...state, text: this.side.last } : state;
    const { run } = state;
    this.editor.text = this.state.text;
    this.state.run = run; // a change of the text has forgotten it
    this.zone.value = this.state.zone;
    this.notes.say(problems);
    this.showView();
    this.chart.show(this.answer, this.state);
    if (run !== null) {
      await this.greeted;
      await this.run({ stretch: run });
    } else {
      this.saveLink();
    }
  }

  private greeted: Promise<void> = Promise.resolve();

  /** Asks for the zones and for what statements can name. */
  private greet(): Promise<void> {
    this.greeted = this.server.greet().then(() => {
      fill(this.zone, ...this.server.zoneLabels().map(([value, label]) => h('option', { value, selected: value === this.state.zone }, label)));
    });
    void api.sqlSchema().then(
      (schema) => this.side.show(schema, ''),
      (e: unknown) => this.side.show(this.side.schema,
        (e as api.ServerError).code === 'NOT_FOUND' || (e as api.ServerError).code === '404'
          ? 'This server does not list its tables and functions; docs/sql.md does.'
          : `Names cannot be shown: ${(e as Error).message}`));
    return this.greeted;
  }

  // ---- running

  private edited(): void {
    this.state.text = this.editor.text;
    this.state.run = null;
    this.saveLater();
  }

  private open(sql: string): void {
    this.editor.text = sql;
    this.editor.focus();
  }

  /** Runs what is asked for, else the selection or the statement at the cursor. */
  private async run(what: { explain?: boolean; stretch?: Stretch } = {}): Promise<void> {
    const { anchor, head } = this.editor.selection;
    const stretch = what.stretch ?? toRun(this.editor.text, anchor, head);
    this.editor.mark(null);
    if (stretch === null) {
      this.say('There is no statement to run.');
      return;
    }
    const statement = this.editor.text.slice(stretch.from, stretch.to);
    const { sql, before } = what.explain === true ? explained(statement) : { sql: statement, before: 0 };
    this.state.run = what.explain === true ? null : stretch;
    this.saveLink();
    this.side.ran(statement);
    const signal = this.begin('running …');
    try {
      const answer = await runStatement(sql, this.server.zone(this.state.zone), signal, (rows) => this.say(`running … ${counted(rows)} rows`));
      if (this.end(signal)) {
        this.shown = sql;
        this.take(answer);
      }
    } catch (e) {
      if (this.end(signal)) {
        this.failed(e, { stretch, statement, before });
      }
    }
  }

  /** Stops what runs and begins anew. */
  private begin(text: string): AbortSignal {
    this.running.abort();
    this.running = new AbortController();
    this.problem.hidden = true;
    this.busy(true);
    this.say(text);
    return this.running.signal;
  }

  /** Notes that what has the signal ended; whether nothing else runs since. */
  private end(signal: AbortSignal): boolean {
    const isNewest = this.running.signal === signal;
    if (isNewest) {
      this.busy(false);
    }
    return isNewest;
  }

  private cancel(): boolean {
    if (!this.isRunning) {
      return false;
    }
    this.running.abort();
    this.say('cancelled');
    return true;
  }

  private busy(isRunning: boolean): void {
    this.isRunning = isRunning;
    this.cancelButton.disabled = !isRunning;
    this.root.classList.toggle('busy', isRunning);
    for (const button of [this.copyButton, this.csvButton, this.arrowButton]) {
      button.disabled = this.answer === null || (isRunning && button !== this.copyButton);
    }
  }

  private showAnswer(answer: Answer | null): void {
    this.answer = answer;
    this.busy(this.isRunning);
    this.grid.show(answer);
    this.chart.show(answer, this.state);
  }

  private take(answer: Answer): void {
    this.showAnswer(answer);
    const rows = answer.cut
      ? answer.rows.length === ROWS_MAX ? `first ${counted(ROWS_MAX)} rows` : `first ${counted(answer.rows.length)} rows, which are large`
      : `${counted(answer.rows.length)} ${answer.rows.length === 1 ? 'row' : 'rows'}`;
    const time = answer.elapsedMs < 10 ? answer.elapsedMs.toFixed(1) : counted(Math.round(answer.elapsedMs));
    fill(this.status, `${rows} · ${time} ms`,
      answer.dataVersion !== null && h('span', { class: 'muted', title: 'Data version: the snapshot that was read' }, ` · ${answer.dataVersion}`));
  }

  /** Says what went wrong, and marks it in the editor where the server knows the place. */
  private failed(cause: unknown, at: Failed | null): void {
    if ((cause as Error).name === 'AbortError') {
      return;
    }
    if (cause instanceof api.ServerError && cause.offline) {
      this.server.lost(cause);
      this.say('');
      return;
    }
    this.say('');
    const { message } = cause as Error;
    const { place = null, hint = null } = cause instanceof api.ServerError ? cause : {};
    if (!(cause instanceof api.ServerError)) {
      console.error(cause);
    }
    let where = '';
    if (place !== null && at !== null) {
      const { from, to } = at.stretch;
      const { text } = this.editor;
      const found = placeOf(at.statement, place.line, place.line === 1 ? place.column - at.before : place.column);
      if (found !== null && text.slice(from, to) === at.statement) {
        this.editor.mark({ from: from + found.from, to: from + found.to });
      }
      where = `Line ${text.slice(0, from).split('\n').length - 1 + place.line}: `;
    }
    if (at !== null) {
      this.showAnswer(null); // it is of another statement
    }
    this.problem.hidden = false;
    fill(this.problem, h('p', {}, where + message), hint !== null && h('p', { class: 'sql-hint' }, hint));
  }

  private say(text: string): void {
    fill(this.status, text);
  }

  // ---- the answer elsewhere

  private async copied(text: string, cells: number): Promise<void> {
    const done = await copyText(text);
    this.notes.say([done ? `${counted(cells)} ${cells === 1 ? 'cell' : 'cells'} copied` : 'The browser does not allow copying']);
  }

  private async save(format: 'csv' | 'arrow'): Promise<void> {
    const before = [...this.status.childNodes];
    const signal = this.begin(`fetching all rows as ${format === 'csv' ? 'CSV' : 'Arrow'} …`);
    try {
      const file = await fileOf(this.shown, this.server.zone(this.state.zone), format, signal);
      download(format === 'csv' ? 'tidemark-sql.csv' : 'tidemark-sql.arrows', file);
      this.status.replaceChildren(...before);
    } catch (e) {
      this.failed(e, null);
    } finally {
      this.end(signal);
    }
  }

  // ---- views, keys, address

  private view(view: SqlState['view']): void {
    this.state.view = view;
    this.showView();
    this.saveLink();
  }

  private showView(): void {
    VIEWS.forEach((view, i) => {
      const isShown = this.state.view === view;
      this.tabs[i]!.setAttribute('aria-selected', String(isShown));
      this.tabs[i]!.tabIndex = isShown ? 0 : -1;
      this.panels[i]!.hidden = !isShown;
    });
  }

  private key(event: KeyboardEvent): void {
    const target = event.composedPath()[0] as HTMLElement;
    if (this.root.hidden || this.help.open || event.defaultPrevented) {
      return;
    }
    if (event.key === 'Escape') {
      this.cancel();
      return;
    }
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      void this.run();
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) {
      return;
    }
    switch (event.key) {
      case '?': this.help.showModal(); break;
      case '/': this.side.focus(); break;
      case 's': case 'S': this.editor.focus(); break;
      case 'g': case 'G': this.view('grid'); this.grid.element.focus(); break;
      case 'v': case 'V': this.view('chart'); break;
      case 't': case 'T': location.hash = '#'; break;
      default: return;
    }
    event.preventDefault();
  }

  private saveLater(): void {
    clearTimeout(this.linkTimer);
    this.linkTimer = setTimeout(() => this.saveLink(), LINK_MS);
  }

  private saveLink(): void {
    clearTimeout(this.linkTimer);
    if (this.root.hidden) {
      return;
    }
    const { fragment, whole } = encodeSql(this.state);
    history.replaceState(null, '', location.pathname + location.search + fragment);
    if (!whole) {
      this.notes.say(['The text is too long for the address: a link to this page will not have it']);
    }
  }
}
