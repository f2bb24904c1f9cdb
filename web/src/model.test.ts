import { describe, expect, it } from 'vitest';
import { qualityOf } from './model';

describe('qualityOf', () => {
  it.each([
    [0x00000000, 'good'],
    [0x3fffffff, 'good'],
    [0x40000000, 'uncertain'],
    [0x40900000, 'uncertain'],
    [0x7fffffff, 'uncertain'],
    [0x80000000, 'bad'],
    [0x80310000, 'bad'],
    [0xc0000000, 'bad'],
    [0xffffffff, 'bad'],
    [0x80310000 | 0, 'bad'], // as a signed 32-bit number
  ])('%d is %s', (status, expected) => {
    expect(qualityOf(status)).toBe(expected);
  });
});
