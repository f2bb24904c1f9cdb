import { describe, expect, it } from 'vitest';
import { timeOf } from '../api';
import { indexAt, isBlank, isRecorded, nearest, statusText, valueText, type Trace } from './trace';

const samples = { timeMs: [10, 20, 30], ts: ['a', 'b', 'c'], value: [1, null, 3], text: [null, null, null], status: [0, 0x80310000, 0] };

describe('the sample at an instant', () => {
  it('is the last at or before it', () => {
    expect([5, 10, 15, 20, 30, 99].map((ms) => indexAt(samples, ms))).toEqual([-1, 0, 0, 1, 2, 2]);
  });

  it('or the nearer one', () => {
    expect([0, 14, 15, 16, 29, 99].map((ms) => nearest(samples, ms))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(nearest({ timeMs: [], ts: [], value: [], text: [], status: [] }, 5)).toBe(-1);
  });
});

describe('a blank', () => {
  it('is before the first sample, from a Bad one to the next, and after the last', () => {
    const trace = { samples } as unknown as Trace;
    expect([5, 10, 15, 20, 25, 30, 31].map((ms) => isBlank(trace, ms))).toEqual([true, false, false, true, true, false, true]);
  });
});

describe('what is shown of it', () => {
  const trace = { samples, statusTexts: { '2150694912': 'Bad_NoCommunication' }, info: { tag: 'V', uom: '', step: true, type: 'digital', states: ['Closed', 'Open'] } } as unknown as Trace;

  it('names states, and says when there is none', () => {
    expect(valueText(trace, 0, String)).toBe('Open');
    expect(valueText(trace, 1, String)).toBe('–');
    expect(valueText(trace, 2, String)).toBe('3');
  });

  it('names codes, or shows their bits', () => {
    expect(statusText(trace, 0x80310000)).toBe('Bad_NoCommunication');
    expect(statusText(trace, 0x80890000)).toBe('0x80890000');
  });
});

describe('times of the server', () => {
  it('keep their fraction', () => {
    expect(timeOf('2026-11-24T00:00:00Z')).toBe(Date.UTC(2026, 10, 24));
    expect(timeOf('2026-11-24T01:00:00.5+01:00')).toBe(Date.UTC(2026, 10, 24) + 500);
    expect(timeOf('2026-11-24T00:00:00.123456789Z')).toBeCloseTo(Date.UTC(2026, 10, 24) + 123.456789, 3);
  });
});

describe('recorded or computed', () => {
  it('is told by the bits of an OPC UA historian', () => {
    expect(isRecorded(0)).toBe(true);
    expect(isRecorded(0x402)).toBe(false); // Good, interpolated
    expect(isRecorded(0x401)).toBe(false); // Good, calculated
    expect(isRecorded(0x400)).toBe(true);
  });
});
