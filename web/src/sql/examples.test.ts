import { expect, test } from 'vitest';
import examples from '../../../docs/sql.md?examples';
import { statements } from './statements';

test('the statements of the docs, each with a short title', () => {
  expect(examples.length).toBeGreaterThanOrEqual(10);
  for (const { title, sql } of examples) {
    expect(title.length).toBeGreaterThan(5);
    expect(title.length).toBeLessThan(80);
    expect(sql).toMatch(/^(SELECT|WITH) /);
    expect(statements(sql)).toEqual([{ from: 0, to: sql.length }]);
  }
});
