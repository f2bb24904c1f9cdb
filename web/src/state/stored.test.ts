import { expect, test } from 'vitest';
import { withFirst } from './stored';

test('the newest comes first, once', () => {
  expect(withFirst('b', ['a', 'b', 'c'])).toEqual(['b', 'a', 'c']);
});

test('fifty are kept', () => {
  const many = Array.from({ length: 60 }, (_, i) => `s${i}`);
  expect(withFirst('new', many)).toEqual(['new', ...many.slice(0, 49)]);
});

test('long ones push out what there is no room for, never the newest', () => {
  const long = (c: string): string => c.repeat(300_000);
  expect(withFirst(long('a'), [long('b'), 'c']).map((t) => t[0])).toEqual(['a']);
  expect(withFirst('x'.repeat(600_000), ['y']).map((t) => t[0])).toEqual(['x']);
});
