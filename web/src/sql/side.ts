/** Beside the editor: what statements can name, examples, and what was run before. */
import type { SqlSchema } from '../api';
import { fill, h } from '../dom';
import { store, stored, withFirst } from '../state/stored';
import examples from '../../../docs/sql.md?examples';
import { shortType } from './cells';
import { filtered, NO_SCHEMA, parameterText } from './names';

const HISTORY = 'tidemark.sql.history';
const HISTORY_LINE = 120;

export interface SideOptions {
  /** Puts a name at the cursor. */
  onInsert(text: string): void;
  /** Makes a statement the text of the editor. */
  onOpen(sql: string): void;
}

export class Side {
  private readonly names = h('div', { class: 'sql-names' });
  private readonly filter = h('input', {
    type: 'search', class: 'search', placeholder: 'Find a table, column, function', autocomplete: 'off', spellcheck: false,
    'aria-label': 'Find a relation, column or function by name, type or description',
    oninput: () => this.drawNames(),
  });
  private readonly past = h('ul', { class: 'sql-past' });
  readonly element = h('nav', { class: 'browser sql-side', 'aria-label': 'Names, examples and earlier statements' });
  private statements = stored(HISTORY);
  private problem = '';
  schema: SqlSchema = NO_SCHEMA;

  constructor(private readonly options: SideOptions) {
    fill(
      this.element, this.filter, this.names,
      h('details', { open: true }, h('summary', {}, h('h2', {}, 'Examples')),
        h('ul', {}, ...examples.map((e) => h('li', {}, this.opener(e.title, e.sql))))),
      h('details', {}, h('summary', {}, h('h2', {}, 'History')), this.past),
    );
    this.drawPast();
  }

  focus(): void {
    this.filter.focus();
  }

  /** Shows names, or why there are none. */
  show(schema: SqlSchema, problem: string): void {
    this.schema = schema;
    this.problem = problem;
    this.drawNames();
  }

  /** The statement that was run last; empty if there is none. */
  get last(): string {
    return this.statements[0] ?? examples[0]?.sql ?? '';
  }

  /** Notes that a statement was run. */
  ran(sql: string): void {
    this.statements = withFirst(sql, this.statements);
    store(HISTORY, this.statements);
    this.drawPast();
  }

  private drawPast(): void {
    fill(this.past, ...this.statements.map((sql) =>
      h('li', {}, this.opener(sql.replace(/\s+/g, ' ').slice(0, HISTORY_LINE), sql))),
    this.statements.length === 0 && h('li', { class: 'muted' }, 'Nothing was run yet.'));
  }

  private opener(label: string, sql: string): HTMLElement {
    return h('button', { type: 'button', class: 'tag-button', title: sql, onclick: () => this.options.onOpen(sql) }, label);
  }

  private drawNames(): void {
    const filter = this.filter.value;
    const found = filtered(this.schema, filter);
    const open = filter.trim() !== '';
    const none = open && found.relations.length + found.functions.length === 0 && this.problem === '';
    fill(
      this.names,
      this.problem !== '' && h('p', { class: 'muted', role: 'status' }, this.problem),
      none && h('p', { class: 'muted' }, 'No table, column or function has these words in its name, type or description.'),
      found.relations.length > 0 && h('h2', {}, 'Relations'),
      ...found.relations.map((r) => this.entry(r.name, r.description, open, [
        ...r.columns.map((c) => this.part(c.name, c.name, c.type, c.description)),
      ])),
      found.functions.length > 0 && h('h2', {}, 'Functions in FROM'),
      ...found.functions.map((f) => this.entry(f.name, f.description, open, [
        ...f.parameters.map((p) => this.part(`${p.name} =>`, `${p.name} => `, p.type, parameterText(p))),
        ...f.columns.map((c) => this.part(c.name, c.name, c.type, '')),
      ])),
    );
  }

  /** A name with what it has, which opens below it. */
  private entry(name: string, description: string, open: boolean, parts: HTMLElement[]): HTMLElement {
    const list = h('ul', { hidden: !open }, ...parts);
    const toggle = h('button', {
      type: 'button', class: 'plain sql-toggle', 'aria-expanded': String(open), 'aria-label': `Columns of ${name}`,
      onclick: () => {
        list.hidden = !list.hidden;
        toggle.setAttribute('aria-expanded', String(!list.hidden));
        toggle.textContent = list.hidden ? '▸' : '▾';
      },
    }, open ? '▾' : '▸');
    return h('div', { class: 'sql-entry', 'data-name': name }, toggle, this.inserter(name, name, description), list);
  }

  private part(label: string, insert: string, type: string, description: string): HTMLElement {
    return h('li', {}, this.inserter(label, insert, description), h('span', { class: 'muted small' }, ` ${shortType(type)}`));
  }

  private inserter(label: string, insert: string, description: string): HTMLElement {
    return h('button', {
      type: 'button', class: 'tag-button', title: description === '' ? `Insert ${label}` : description,
      onclick: () => this.options.onInsert(insert),
    }, label);
  }
}
