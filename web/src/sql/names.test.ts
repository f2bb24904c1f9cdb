import { describe, expect, test } from 'vitest';
import type { SqlSchema } from '../api';
import { filtered, mentioned, offersAt, parameterText } from './names';

const SCHEMA: SqlSchema = {
  relations: [
    { name: 'samples', description: 'Every stored sample', columns: [
      { name: 'tag', type: 'VARCHAR', description: 'its name' }, { name: 'ts', type: 'TIMESTAMP WITH TIME ZONE', description: '' }] },
    { name: 'batches', description: 'Production batches', columns: [{ name: 'batch_id', type: 'VARCHAR', description: '' }] },
  ],
  functions: [{
    name: 'summary', description: 'Figures over intervals',
    parameters: [{ name: 'tags', type: 'VARCHAR[]', default: null, description: 'names' }, { name: 'every', type: 'INTERVAL', default: '1m', description: 'length' }],
    columns: [{ name: 'tag', type: 'VARCHAR' }, { name: 'time_average', type: 'DOUBLE' }],
  }],
};

const aliases = (sql: string): Record<string, string> =>
  Object.fromEntries([...mentioned(sql, SCHEMA)].map(([alias, { of }]) => [alias, of]));

/** Offers at the bar of a statement. */
function offers(withBar: string): ReturnType<typeof offersAt> {
  const at = withBar.indexOf('|');
  return offersAt(withBar.slice(0, at) + withBar.slice(at + 1), at, SCHEMA);
}

describe('relations of a statement', () => {
  test.each([
    ['SELECT 1 FROM samples', { samples: 'samples' }],
    ['SELECT 1 FROM samples WHERE ts > 1', { samples: 'samples' }],
    ['SELECT 1 FROM samples s JOIN batches AS b ON true', { s: 'samples', b: 'batches' }],
    ['select 1 from SAMPLES, batches b', { SAMPLES: 'samples', b: 'batches' }],
    ["SELECT 1 FROM summary(tags => 'a)b', every => list(1)) x", { x: 'summary' }],
    ['SELECT 1 FROM samples "my s"', { 'my s': 'samples' }],
    ["SELECT 'FROM samples' -- FROM batches", {}],
    ['SELECT samples FROM x', {}],
    ['FROM samples ASOF JOIN batches USING (x)', { samples: 'samples', batches: 'batches' }],
  ])('%s', (sql, expected) => {
    expect(aliases(sql)).toEqual(expected);
  });
});

describe('completion', () => {
  test('behind a dot, the columns of what stands before it', () => {
    const { from, offers: found } = offers('SELECT s.t| FROM samples s, batches b');
    expect(from).toBe(9);
    expect(found.map((o) => o.label)).toEqual(['tag', 'ts']);
    expect(found[1]!.detail).toBe('TIMESTAMPTZ');
    expect(offers('SELECT z.| FROM samples s').offers).toEqual([]);
  });

  test('else columns of what is read, aliases, relations and functions', () => {
    const found = offers('SELECT | FROM batches b').offers;
    expect(found.filter((o) => o.kind === 'column').map((o) => o.label)).toEqual(['batch_id']);
    expect(found.filter((o) => o.kind === 'alias').map((o) => [o.label, o.detail])).toEqual([['b', 'batches']]);
    expect(found.filter((o) => o.kind === 'relation').map((o) => o.label)).toEqual(['samples', 'batches']);
    expect(found.find((o) => o.label === 'summary')?.insert).toBe('summary(');
    expect(found.some((o) => o.label === 'time_bucket')).toBe(true);
  });

  test('parameters between the parentheses of a function, not in those within', () => {
    const parameters = (sql: string): string[] => offers(sql).offers.filter((o) => o.kind === 'parameter').map((o) => o.insert ?? '');
    expect(parameters("FROM summary(tags => '(', e|")).toEqual(['tags => ', 'every => ']);
    expect(parameters('FROM summary(tags => (SELECT t|')).toEqual([]);
    expect(parameters('FROM summary(tags => list(1), |)')).toEqual(['tags => ', 'every => ']);
    expect(parameters('FROM summary() WHERE |')).toEqual([]);
  });
});

test('a parameter says its default where it has one', () => {
  expect(['1m', '', null, undefined].map((d) => parameterText({ description: 'length', ...(d === undefined ? {} : { default: d }) })))
    .toEqual(['length (default 1m)', 'length', 'length', 'length']);
});

describe('the filter', () => {
  const names = (words: string): string[] => {
    const { relations, functions } = filtered(SCHEMA, words);
    return [...relations.map((r) => `${r.name}:${r.columns.map((c) => c.name)}`),
      ...functions.map((f) => `${f.name}:${[...f.parameters, ...f.columns].map((c) => c.name)}`)];
  };
  test.each([
    ['', ['samples:tag,ts', 'batches:batch_id', 'summary:tags,every,tag,time_average']],
    ['SAMPLE', ['samples:tag,ts']],
    ['average', ['summary:time_average']],
    ['every length', ['summary:every']],
    ['production', ['batches:batch_id']],
    ['nothing of it', []],
  ])('%j', (words, expected) => {
    expect(names(words)).toEqual(expected);
  });
});
