/**
 * The editor of statements on CodeMirror. It lives in a shadow root: there CodeMirror adopts its
 * styles, which the server's content security policy allows, instead of writing them into the page.
 */
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { keywordCompletionSource, PostgreSQL, SQLDialect } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, indentOnInput, LanguageSupport, syntaxHighlighting, syntaxTree } from '@codemirror/language';
import { EditorState, Prec, StateEffect, StateField, type Transaction } from '@codemirror/state';
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, placeholder, type DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { SqlSchema } from '../api';
import { h } from '../dom';
import { offersAt, type Offer } from './names';
import { statements, type Stretch } from './statements';

export interface EditorOptions {
  schema(): SqlSchema;
  /** Names of tags that have the words, for completion in quotes. */
  findTags(words: string): Promise<{ name: string; description: string }[]>;
  onChange(): void;
  onRun(): void;
  /** Stops what runs; false if nothing does. */
  onCancel(): boolean;
}

/** Words of PostgreSQL that are relations and columns here. */
const OURS = new Set(['current', 'attributes', 'value', 'name', 'type', 'level', 'instance', 'version', 'text', 'parent', 'status', 'states', 'step', 'range', 'flags']);

function withoutOurs(words = ''): string {
  return words.split(' ').filter((word) => !OURS.has(word)).join(' ');
}

/** PostgreSQL with what DuckDB has beside it. */
const DuckDb = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${withoutOurs(PostgreSQL.spec.keywords)} asof pivot unpivot qualify exclude replace columns semi anti positional summarize`,
  types: `${withoutOurs(PostgreSQL.spec.types)} double ubigint uinteger usmallint utinyint hugeint timestamptz struct map`,
});

const COLORS = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--sql-keyword)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--sql-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--sql-number)' },
  { tag: tags.typeName, color: 'var(--sql-type)' },
  { tag: [tags.comment], color: 'var(--muted)', fontStyle: 'italic' },
]);

const LOOKS = EditorView.theme({
  '&': { height: '100%', color: 'var(--fg)', backgroundColor: 'var(--bg)', fontSize: '13px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: "ui-monospace, 'DejaVu Sans Mono', monospace", lineHeight: '1.5' },
  '.cm-content': { caretColor: 'var(--fg)' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--muted)', borderRight: '1px solid var(--line)' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--box)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--box)' },
  '.cm-wrong': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px', textDecorationSkipInk: 'none' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', border: '1px solid var(--line)', color: 'var(--fg)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--bg)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionInfo': { maxWidth: '340px' },
});

/**
 * Text typed over a selection, put in by us: a browser would keep the look of what it replaces by a
 * style attribute, which the content security policy refuses with a message on the console.
 */
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const { data } = event;
    if (event.inputType !== 'insertText' || data === null || view.composing || main.empty) {
      return false;
    }
    const insert = (): Transaction =>
      view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, data, insert))) {
      view.dispatch(insert());
    }
    return true;
  },
});

const setWrong = StateEffect.define<Stretch | null>();

/** What the server found wrong; gone with the next change of the text. */
const wrong = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, change) {
    let next = change.docChanged ? Decoration.none : marks;
    for (const effect of change.effects) {
      if (effect.is(setWrong)) {
        next = effect.value === null
          ? Decoration.none
          : Decoration.set(Decoration.mark({ class: 'cm-wrong' }).range(effect.value.from, effect.value.to));
      }
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const KINDS: Record<Offer['kind'], string> = {
  relation: 'class', function: 'function', column: 'property', parameter: 'variable', alias: 'variable',
};
/** Columns of what the statement reads come first. */
const BOOSTS: Record<Offer['kind'], number> = { parameter: 4, alias: 3, column: 2, relation: 1, function: 0 };
const TAGS_WORD_MIN = 2;

export class Editor {
  readonly element = h('div', { class: 'editor' });
  private readonly view: EditorView;

  constructor(private readonly options: EditorOptions) {
    const root = this.element.attachShadow({ mode: 'open' });
    const box = h('div', { style: { height: '100%' } });
    root.append(box);
    const names = (context: CompletionContext): CompletionResult | null => this.names(context);
    const tagNames = (context: CompletionContext): Promise<CompletionResult | null> => this.tags(context);
    this.view = new EditorView({
      parent: box,
      root,
      state: EditorState.create({
        extensions: [
          Prec.highest(keymap.of([
            { key: 'Tab', run: acceptCompletion },
            { key: 'Mod-Enter', run: (view) => {
              closeCompletion(view);
              options.onRun();
              return true;
            } },
            { key: 'Escape', run: () => options.onCancel() },
          ])),
          history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), lineNumbers(),
          EditorView.lineWrapping,
          new LanguageSupport(DuckDb.language, [
            DuckDb.language.data.of({ autocomplete: names }),
            DuckDb.language.data.of({ autocomplete: tagNames }),
            DuckDb.language.data.of({ autocomplete: keywordCompletionSource(DuckDb, true) }),
          ]),
          autocompletion({ icons: false }),
          syntaxHighlighting(COLORS), LOOKS, typedOver, wrong,
          placeholder('SELECT …   Ctrl+Enter runs, Ctrl+Space completes'),
          EditorView.contentAttributes.of({ 'aria-label': 'SQL statement; Control and Enter run it, Escape stops it, Tab leaves' }),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              options.onChange();
            }
          }),
        ],
      }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Replaces everything, which can be undone; the cursor goes to the end. */
  set text(text: string) {
    const { doc } = this.view.state;
    if (doc.toString() !== text) {
      const change = this.view.state.changes({ from: 0, to: doc.length, insert: text });
      this.view.dispatch({ changes: change, selection: { anchor: change.newLength }, scrollIntoView: true });
    }
  }

  get selection(): { anchor: number; head: number } {
    const { anchor, head } = this.view.state.selection.main;
    return { anchor, head };
  }

  /** Puts text at the cursor, with a blank before it where a word stands there. */
  insert(text: string): void {
    const { main } = this.view.state.selection;
    const before = this.view.state.sliceDoc(Math.max(0, main.from - 1), main.from);
    const insert = /[\p{L}\p{N}_'"]/u.test(before) ? ` ${text}` : text;
    this.view.dispatch({
      changes: { from: main.from, to: main.to, insert },
      selection: { anchor: main.from + insert.length }, scrollIntoView: true,
    });
    this.focus();
  }

  /** Marks what is wrong and shows it; null removes the mark. */
  mark(place: Stretch | null): void {
    const { length } = this.view.state.doc;
    const inside = place !== null && place.from < place.to && place.to <= length;
    this.view.dispatch({
      effects: inside
        ? [setWrong.of(place), EditorView.scrollIntoView(place.from)]
        : [setWrong.of(null)],
    });
  }

  focus(): void {
    this.view.focus();
  }

  private names(context: CompletionContext): CompletionResult | null {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1).name;
    const behind = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*|\./u);
    if (/String|Comment/.test(node) || (behind === null && !context.explicit)) {
      return null;
    }
    const text = context.state.doc.toString();
    const of = statements(text).find((s) => context.pos >= s.from && context.pos <= s.to) ?? { from: context.pos, to: context.pos };
    const { from, offers } = offersAt(text.slice(of.from, of.to), context.pos - of.from, this.options.schema());
    return {
      from: of.from + from,
      validFor: /^[\p{L}\p{N}_]*$/u,
      options: offers.map((offer): Completion => ({
        label: offer.label, type: KINDS[offer.kind], boost: BOOSTS[offer.kind], detail: offer.detail,
        ...(offer.info === '' ? {} : { info: offer.info }),
        ...(offer.insert === undefined ? {} : { apply: offer.insert }),
      })),
    };
  }

  /** Names of tags, in quotes. */
  private async tags(context: CompletionContext): Promise<CompletionResult | null> {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    if (node.name !== 'String') {
      return null;
    }
    const words = context.state.sliceDoc(node.from + 1, context.pos);
    if (/['\n]/.test(words) || (words.length < TAGS_WORD_MIN && !context.explicit)) {
      return null;
    }
    const found = await this.options.findTags(words);
    return context.aborted || found.length === 0
      ? null
      : {
          from: node.from + 1,
          filter: false,
          options: found.map(({ name, description }) => ({ label: name, detail: description, apply: name.replaceAll("'", "''") })),
        };
  }
}
