import { describe, expect, it } from 'vitest';
import { withSeeds } from '../testing';
import { HISTORY_MAX, ZoomHistory } from './history';

describe('ZoomHistory', () => {
  it('goes back and forward', () => {
    const history = new ZoomHistory('a');
    history.visit('b');
    history.visit('c');
    expect(history.back()).toBe('b');
    expect(history.back()).toBe('a');
    expect(history.back()).toBeNull();
    expect(history.current).toBe('a');
    expect(history.forward()).toBe('b');
    expect(history.forward()).toBe('c');
    expect(history.forward()).toBeNull();
    expect(history.current).toBe('c');
  });

  it('drops what is ahead of a new view', () => {
    const history = new ZoomHistory('a');
    history.visit('b');
    history.visit('c');
    history.back();
    history.visit('d');
    expect(history.canGoForward).toBe(false);
    expect(history.back()).toBe('b');
  });

  it('takes the same view for no step', () => {
    const history = new ZoomHistory([0, 8], (a, b) => a[0] === b[0] && a[1] === b[1]);
    history.visit([0, 4]);
    history.back();
    history.visit([0, 8]);
    expect(history.canGoBack).toBe(false);
    expect(history.forward()).toEqual([0, 4]);
  });

  it('replaces without a step', () => {
    const history = new ZoomHistory('a');
    history.visit('b');
    history.replace('c');
    expect(history.current).toBe('c');
    expect(history.back()).toBe('a');
    expect(history.forward()).toBe('c');
  });

  it('forgets the oldest beyond its bound', () => {
    const history = new ZoomHistory(0);
    for (let i = 1; i <= 5000; i++) {
      history.visit(i);
    }
    let steps = 0;
    while (history.back() !== null) {
      steps++;
    }
    expect(steps).toBe(HISTORY_MAX - 1);
    expect(history.current).toBe(5000 - HISTORY_MAX + 1);
  });

  it('is two stacks', () => {
    withSeeds(50, (r) => {
      const history = new ZoomHistory(0);
      const back: number[] = [];
      let current = 0;
      let ahead: number[] = [];
      for (let i = 1; i < 300; i++) {
        const what = r.int(0, 2);
        if (what === 0) {
          history.visit(i);
          back.push(current);
          current = i;
          ahead = [];
        } else if (what === 1) {
          const to = back.pop();
          expect(history.back()).toBe(to ?? null);
          if (to !== undefined) {
            ahead.push(current);
            current = to;
          }
        } else {
          const to = ahead.pop();
          expect(history.forward()).toBe(to ?? null);
          if (to !== undefined) {
            back.push(current);
            current = to;
          }
        }
        expect(history.current).toBe(current);
        expect(history.canGoBack).toBe(back.length > 0);
        expect(history.canGoForward).toBe(ahead.length > 0);
      }
    });
  });
});
