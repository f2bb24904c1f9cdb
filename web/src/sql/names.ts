/** Names that a statement can use: what completion offers at a place, what the filter finds. */
import type { SqlSchema } from '../api';
import { shortType } from './cells';

export const NO_SCHEMA: SqlSchema = { relations: [], functions: [] };

/** A name as completion offers it. */
export interface Offer {
  label: string;
  kind: 'relation' | 'function' | 'column' | 'parameter' | 'alias';
  /** Type, or what it stands for. */
  detail: string;
  info: string;
  /** What is put in, if not the label. */
  insert?: string;
}

interface Named {
  name: string;
  type: string;
  description?: string;
}

/** The most used of the functions that every DuckDB has. */
const BUILT_IN =
  ('count sum avg min max median mode quantile_cont stddev_samp arg_max arg_min any_value first last list string_agg' +
  ' coalesce nullif greatest least round floor ceil abs sqrt ln date_trunc date_diff date_part time_bucket epoch' +
  ' epoch_ms epoch_ns make_timestamptz to_seconds now lag lead row_number rank dense_rank unnest concat lower upper' +
  ' regexp_extract regexp_matches strftime range').split(' ');

const WORD = String.raw`(?:"[^"]*"|[\p{L}_][\p{L}\p{N}_]*)`;
/** Words that follow a relation and are no alias of it. */
const NO_ALIAS = /^(?:where|on|using|join|inner|left|right|full|cross|asof|group|order|limit|union|except|intersect|having|window|qualify|pivot|select|natural|positional|sample)$/i;

/** Quotes and comments blanked, so that only names of the statement itself are left; as long as before. */
function bare(statement: string): string {
  return statement.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)/g, (text) => ' '.repeat(text.length));
}

/** The columns of the relations and functions of a statement, by alias, else by name. */
export function mentioned(statement: string, schema: SqlSchema): Map<string, { of: string; columns: Named[] }> {
  const found = new Map<string, { of: string; columns: Named[] }>();
  const text = bare(statement);
  const pattern = new RegExp(String.raw`(?<![\p{L}\p{N}_.])(${WORD})`, 'gu');
  for (const match of text.matchAll(pattern)) {
    const name = unquoted(match[1]!);
    const relation = schema.relations.find((r) => r.name === name.toLowerCase());
    const called = schema.functions.find((f) => f.name === name.toLowerCase());
    let end = match.index + match[0].length;
    if (called !== undefined && /^\s*\(/.test(text.slice(end))) {
      end = closing(text, text.indexOf('(', end)) + 1;
    } else if (relation === undefined || !/(?:\b(?:from|join)\s+|,\s*)$/i.test(text.slice(0, match.index))) {
      continue;
    }
    const alias = new RegExp(String.raw`^\s+(?:as\s+)?(${WORD})`, 'iu').exec(text.slice(end))?.[1];
    const { name: of, columns } = called ?? relation!;
    found.set(alias === undefined || NO_ALIAS.test(alias) ? name : unquoted(alias), { of, columns });
  }
  return found;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1) : name;
}

/** Where the parenthesis that opens here closes, or the end. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    depth += text[i] === '(' ? 1 : text[i] === ')' ? -1 : 0;
    if (depth === 0) {
      return i;
    }
  }
  return text.length;
}

/** What a parameter means, and what it is if not given. */
export function parameterText(p: { default?: string | null; description: string }): string {
  return (p.default ?? '') === '' ? p.description : `${p.description} (default ${p.default})`;
}

/** The function in whose parentheses a place is, where its arguments stand. */
function calledAt(text: string, at: number, schema: SqlSchema): SqlSchema['functions'][number] | undefined {
  let depth = 0;
  for (let i = at - 1; i >= 0; i--) {
    if (text[i] === ')') {
      depth++;
    } else if (text[i] === '(' && depth-- === 0) {
      const name = /([A-Za-z_]\w*)\s*$/.exec(text.slice(0, i))?.[1]?.toLowerCase();
      return schema.functions.find((f) => f.name === name);
    }
  }
  return undefined;
}

/**
 * What may stand at a place of a statement, and where the word begins that it replaces. Behind a
 * dot only columns of what stands before it.
 */
export function offersAt(statement: string, at: number, schema: SqlSchema): { from: number; offers: Offer[] } {
  const before = statement.slice(0, at);
  const word = /[\p{L}\p{N}_]*$/u.exec(before)![0];
  const from = at - word.length;
  const there = mentioned(statement, schema);
  const owner = new RegExp(String.raw`(${WORD})\.$`, 'u').exec(before.slice(0, from))?.[1];
  if (owner !== undefined) {
    return { from, offers: (there.get(unquoted(owner))?.columns ?? []).map((c) => column(c, '')) };
  }
  const offers: Offer[] = [];
  const called = calledAt(bare(statement), from, schema);
  for (const p of called?.parameters ?? []) {
    offers.push({
      label: p.name, kind: 'parameter', detail: p.type, insert: `${p.name} => `,
      info: parameterText(p),
    });
  }
  const columns = new Set<string>();
  for (const [alias, { of, columns: theirs }] of there) {
    if (alias.toLowerCase() !== of) {
      offers.push({ label: alias, kind: 'alias', detail: of, info: '' });
    }
    for (const c of theirs) {
      if (!columns.has(c.name)) {
        columns.add(c.name);
        offers.push(column(c, of));
      }
    }
  }
  for (const relation of schema.relations) {
    offers.push({ label: relation.name, kind: 'relation', detail: '', info: relation.description });
  }
  for (const f of schema.functions) {
    offers.push({ label: f.name, kind: 'function', detail: 'in FROM', info: f.description, insert: `${f.name}(` });
  }
  for (const name of BUILT_IN) {
    offers.push({ label: name, kind: 'function', detail: '', info: '', insert: `${name}(` });
  }
  return { from, offers };
}

function column(c: Named, of: string): Offer {
  return { label: c.name, kind: 'column', detail: of === '' ? shortType(c.type) : `${shortType(c.type)} · ${of}`, info: c.description ?? '' };
}

/**
 * The relations and functions in which every word occurs, by their name, description or columns.
 * Where the name has them all the columns are all there, else those that have them.
 */
export function filtered(schema: SqlSchema, filter: string): SqlSchema {
  const words = filter.toLowerCase().split(/\s+/).filter((w) => w !== '');
  const has = (...texts: (string | undefined)[]): boolean => {
    const all = texts.join(' ').toLowerCase();
    return words.every((w) => all.includes(w));
  };
  const some = <T extends Named>(owner: string, all: T[]): T[] => all.filter((c) => has(owner, c.name, c.type, c.description));
  return {
    relations: schema.relations.flatMap((r) => {
      const columns = has(r.name, r.description) ? r.columns : some(r.name, r.columns);
      return columns.length > 0 || has(r.name, r.description) ? [{ ...r, columns }] : [];
    }),
    functions: schema.functions.flatMap((f) => {
      const whole = has(f.name, f.description);
      const columns = whole ? f.columns : some(f.name, f.columns);
      const parameters = whole ? f.parameters : some(f.name, f.parameters);
      return whole || columns.length + parameters.length > 0 ? [{ ...f, columns, parameters }] : [];
    }),
  };
}
