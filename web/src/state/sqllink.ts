/**
 * The state of the SQL page as the fragment of its address, so that a link reproduces it; the query
 * before it stays that of the trend. It can be read and typed by a person:
 *
 *     #sql&zone=plant&q=SELECT%20*%20FROM%20orders&run=0-20&view=chart&x=ts&by=tag&y=value
 *
 * `q` is the text of the editor, `run` the stretch of it that runs when the link is opened, `view`
 * how the answer is shown; `x`, `by` and `y` (several) are names of columns of the chart. Without
 * them the chart chooses, with an empty `by` it has one line a column.
 */
import { ADDRESS_CHARS_MAX, escape, quote, splitOnce, unescape } from './address';
import { ZONES, type ZoneChoice } from './permalink';

export interface SqlState {
  zone: ZoneChoice;
  text: string;
  /** What of the text was run for the answer that is shown; null where nothing was, or it changed since. */
  run: { from: number; to: number } | null;
  view: 'grid' | 'chart';
  /** Column of the chart's x axis, the one that tells lines apart, and those drawn; null leaves the choice to the chart. */
  x: string | null;
  by: string | null;
  y: string[] | null;
}

export const PLAIN_SQL: SqlState = { zone: 'plant', text: '', run: null, view: 'grid', x: null, by: null, y: null };

/** Lines of a chart that an address names. */
const Y_MAX = 40;
const PAGE = '#sql';

/** Whether an address's fragment is one of the SQL page. */
export function isSql(fragment: string): boolean {
  return fragment === PAGE || fragment.startsWith(`${PAGE}&`);
}

/** The fragment of a state; `whole` says whether the text had room in it. */
export function encodeSql(state: SqlState): { fragment: string; whole: boolean } {
  const text = state.text === '' ? '' : `&q=${escape(state.text)}`;
  const rest = [`&zone=${state.zone}`];
  const run = state.run === null ? '' : `&run=${state.run.from}-${state.run.to}`;
  if (state.view !== 'grid') {
    rest.push(`&view=${state.view}`);
  }
  if (state.x !== null) {
    rest.push(`&x=${escape(state.x)}`);
  }
  if (state.by !== null) {
    rest.push(`&by=${escape(state.by)}`);
  }
  rest.push(...(state.y ?? []).slice(0, Y_MAX).map((y) => `&y=${escape(y)}`));
  const others = rest.join('');
  const whole = PAGE.length + text.length + run.length + others.length <= ADDRESS_CHARS_MAX;
  return { fragment: whole ? PAGE + text + run + others : PAGE + others, whole };
}

/** The state of a fragment, and what of it could not be used, in words for a person. Never throws. */
export function decodeSql(fragment: string): { state: SqlState; problems: string[] } {
  const state: SqlState = { ...PLAIN_SQL };
  if (!isSql(fragment)) {
    return { state, problems: [] };
  }
  if (fragment.length > ADDRESS_CHARS_MAX) {
    return { state, problems: [`the address has over ${ADDRESS_CHARS_MAX} characters and is left out`] };
  }
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const part of fragment.slice(PAGE.length).split('&').filter((p) => p !== '')) {
    const [key, raw] = splitOnce(part, '=');
    const value = unescape(raw ?? '');
    if (value === null) {
      problems.push(`${quote(part)} is not percent-encoded rightly and is left out`);
    } else if (key !== 'y' && seen.has(key)) {
      problems.push(`${quote(key)} is given twice; the first counts`);
    } else {
      seen.add(key);
      const problem = take(state, key, value);
      if (problem !== null) {
        problems.push(problem);
      }
    }
  }
  if (state.run !== null && state.run.to > state.text.length) {
    state.run = null;
    problems.push('run reaches beyond the text; nothing runs');
  }
  return { state, problems };
}

/** Takes a part of the address into the state; says what is wrong with it, if anything. */
function take(state: SqlState, key: string, value: string): string | null {
  switch (key) {
    case 'q':
      state.text = value;
      return null;
    case 'zone': {
      const zone = ZONES.find((z) => z === value);
      state.zone = zone ?? state.zone;
      return zone === undefined ? `zone must be one of ${ZONES.join(', ')}, not ${quote(value)}` : null;
    }
    case 'run': {
      const [from, to] = (/^(\d{1,6})-(\d{1,6})$/.exec(value) ?? []).slice(1).map(Number);
      if (from === undefined || to === undefined || from >= to) {
        return `run must be two places of the text such as 0-20, not ${quote(value)}`;
      }
      state.run = { from, to };
      return null;
    }
    case 'view':
      if (value !== 'grid' && value !== 'chart') {
        return `view must be grid or chart, not ${quote(value)}`;
      }
      state.view = value;
      return null;
    case 'x':
    case 'by':
      state[key] = value;
      return null;
    case 'y':
      if ((state.y?.length ?? 0) >= Y_MAX) {
        return `only ${Y_MAX} columns are drawn; left out: ${quote(value)}`;
      }
      state.y = [...(state.y ?? []), value];
      return null;
    default:
      return `${quote(key)} is not known and is left out`;
  }
}
