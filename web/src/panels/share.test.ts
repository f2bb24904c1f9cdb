import { describe, expect, it } from 'vitest';
import type { Trace } from '../chart/trace';
import { asCurl, asPython, asSql, shellQuote, sqlQuote, tableInterval, tableQuery } from './share';

const view = { startMs: Date.UTC(2026, 10, 24), endMs: Date.UTC(2026, 10, 25) };
const traces = ["O'Neil", 'A#1&b=c', '🌊 tide'].map((tag) => ({ tag }) as Trace);

describe('what is copied', () => {
  it('quotes for the shell', () => {
    expect(shellQuote("a'b $(rm) `x`")).toBe("'a'\\''b $(rm) `x`'");
    const curl = asCurl('http://127.0.0.1:7300', traces, view, 'Europe/Berlin');
    expect(curl.startsWith("curl 'http://127.0.0.1:7300/api/v1/values/interpolated?")).toBe(true);
    expect(curl.endsWith("'")).toBe(true);
  });

  it('quotes for SQL', () => {
    expect(sqlQuote("x' OR '1'='1")).toBe("'x'' OR ''1''=''1'");
    expect(asSql(traces, view)).toContain("tag IN ('O''Neil', 'A#1&b=c', '🌊 tide')");
    expect(asSql(traces, view)).toContain("ts >= TIMESTAMPTZ '2026-11-24T00:00:00.000Z'");
  });

  it('survives Python and the address', () => {
    const query = new URLSearchParams(tableQuery(traces, view, 'UTC'));
    expect(query.getAll('tag')).toEqual(traces.map((t) => t.tag));
    expect(query.get('interval')).toBe('5m');
    const url = /url = (".*")/.exec(asPython('http://h', traces, view, 'UTC'))?.[1];
    expect(new URL(JSON.parse(url ?? '""') as string).searchParams.getAll('tag')).toEqual(traces.map((t) => t.tag));
  });

  it('has an interval that makes a table of a few hundred rows', () => {
    for (const hours of [0.01, 0.5, 1, 8, 24, 7 * 24, 30 * 24, 200 * 24]) {
      const ms = hours * 3.6e6;
      const unit = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 };
      const [, n, u] = /^(\d+)([smhd])$/.exec(tableInterval(ms)) ?? [];
      const rows = ms / (Number(n) * unit[u as keyof typeof unit]);
      expect(rows).toBeLessThanOrEqual(600);
    }
  });
});
