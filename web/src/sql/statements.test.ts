import { describe, expect, test } from 'vitest';
import { withSeeds } from '../testing';
import { explained, placeOf, statements, toRun } from './statements';

const texts = (text: string): string[] => statements(text).map((s) => text.slice(s.from, s.to));

describe('statements', () => {
  test.each([
    ['', []],
    [' ;; \n -- nothing\n /* ; */ ', []],
    ['SELECT 1', ['SELECT 1']],
    ['SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
    ["SELECT ';' AS a; SELECT 2", ["SELECT ';' AS a", 'SELECT 2']],
    ["SELECT 'it''s; me'; SELECT 2", ["SELECT 'it''s; me'", 'SELECT 2']],
    ["SELECT E'a\\'; b'; SELECT 2", ["SELECT E'a\\'; b'", 'SELECT 2']],
    ["SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", 'SELECT 2']],
    ['SELECT "a;""b" ; SELECT 2', ['SELECT "a;""b"', 'SELECT 2']],
    ['SELECT $$a;b$$; SELECT $x$ ; $$ $x$', ['SELECT $$a;b$$', 'SELECT $x$ ; $$ $x$']],
    ['SELECT $1; SELECT $2', ['SELECT $1', 'SELECT $2']],
    ['-- a; b\nSELECT 1 -- c; d\n; /* e; f */ SELECT 2 /* g */', ['SELECT 1', 'SELECT 2']],
    ['SELECT 1 -- the end', ['SELECT 1']],
    ['SELECT 1 /* in */ + 2; x', ['SELECT 1 /* in */ + 2', 'x']],
    ["SELECT 'open; SELECT 2", ["SELECT 'open; SELECT 2"]],
    ['SELECT 1 /* open; SELECT 2', ['SELECT 1']],
  ])('of %j', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  test('are in order, apart, and leave out nothing but blanks, comments and semicolons', () => {
    withSeeds(300, (r) => {
      const parts = ["'a;b'", '"c;"', '$$;$$', '-- d;\n', '/* ;e */', 'f', ' ', '\n', ';', '1', '.', 'E', '$1'];
      const text = Array.from({ length: r.int(0, 30) }, () => r.pick(parts)).join(' ');
      let end = 0;
      for (const s of statements(text)) {
        expect(s.from).toBeGreaterThanOrEqual(end);
        expect(s.to).toBeGreaterThan(s.from);
        expect(text.slice(end, s.from).replace(/--[^\n]*\n|\/\*.*?\*\/|[;\s]/g, '')).toBe('');
        end = s.to;
      }
      expect(text.slice(end).replace(/--[^\n]*\n|\/\*.*?\*\/|[;\s]/g, '')).toBe('');
    });
  });
});

describe('what runs', () => {
  const text = 'SELECT 1;\n\nSELECT 22; SELECT 333\n';
  const run = (anchor: number, head = anchor): string | null => {
    const stretch = toRun(text, anchor, head);
    return stretch === null ? null : text.slice(stretch.from, stretch.to);
  };

  test.each([
    ['in a statement', 3, 'SELECT 1'],
    ['at its end', 8, 'SELECT 1'],
    ['behind its semicolon', 9, 'SELECT 1'],
    ['on an empty line before the next', 10, 'SELECT 22'],
    ['in the second', 15, 'SELECT 22'],
    ['in the third', 25, 'SELECT 333'],
    ['at the end of all', text.length, 'SELECT 333'],
  ])('%s', (_, at, expected) => {
    expect(run(at)).toBe(expected);
  });

  test('the selection, without blanks and the semicolon, in either direction', () => {
    expect(run(0, 10)).toBe('SELECT 1');
    expect(run(20, 11)).toBe('SELECT 22');
    expect(run(7, 8)).toBe('1');
  });

  test('a selection of nothing is none', () => {
    expect(run(9, 11)).toBe('SELECT 22');
    expect(toRun('  -- only a comment', 2, 2)).toBeNull();
  });
});

describe('the place of an error', () => {
  const word = (statement: string, line: number, column: number): string | null => {
    const place = placeOf(statement, line, column);
    return place === null ? null : statement.slice(place.from, place.to);
  };

  test.each([
    ['SELECT tgg FROM samples', 1, 8, 'tgg'],
    ['SELECT 1,\n  b.strat_time\nFROM batches b', 2, 3, 'b.strat_time'],
    ['SELECT "a b"."c" FROM x', 1, 8, '"a b"."c"'],
    ["SELECT '🌊', x + y", 1, 13, 'x'],
    ['SELECT (', 1, 8, '('],
    ['SELECT', 1, 99, 'T'],
    ['SELECT', 9, 1, 'SELECT'],
    ['', 1, 1, null],
  ])('in %j line %i column %i', (statement, line, column, expected) => {
    expect(word(statement, line, column)).toBe(expected);
  });

  test('of an explained statement moves by what was put before it', () => {
    const { sql, before } = explained('SELECT x');
    expect(sql).toBe('EXPLAIN SELECT x');
    expect(sql.slice(before)).toBe('SELECT x');
    expect(explained('explain SELECT x')).toEqual({ sql: 'explain SELECT x', before: 0 });
  });
});
