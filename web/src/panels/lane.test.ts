import { describe, expect, it } from 'vitest';
import { depths, extent, type Batch, type Step } from './lane';

function step(id: string, parent: string | null, startMs = 0, endMs: number | null = 10, batch = 'B'): Step {
  return { id, parent, batch, level: 'Phase', name: id, instance: 1, startMs, endMs };
}

describe('nesting of steps', () => {
  it('counts the parents that are there', () => {
    const found = depths([step('op', null), step('phase', 'op'), step('sub', 'phase'), step('other', 'elsewhere')]);
    expect([...found]).toEqual([['op', 0], ['phase', 1], ['sub', 2], ['other', 0]]);
  });

  it('survives a ring of parents', () => {
    const found = depths([step('a', 'b'), step('b', 'a'), step('self', 'self')]);
    expect([...found.values()].every((d) => d <= 12)).toBe(true);
  });

  it('does not care about the order', () => {
    expect(depths([step('phase', 'op'), step('op', null)]).get('phase')).toBe(1);
  });
});

describe('the time of a batch on a unit', () => {
  const batch: Batch = { id: 'B', order: '', product: '', unit: 'R1', status: '', startMs: 100, endMs: 900 };

  it('is its own where it is made', () => {
    expect(extent(batch, 'R1', [step('x', null, 200, 300)])).toBe(batch);
  });

  it('is that of its steps elsewhere', () => {
    const steps = [step('load', null, 500, 600), step('dry', null, 600, 800), step('not', null, 0, 50, 'C')];
    expect(extent(batch, 'D1', steps)).toEqual({ startMs: 500, endMs: 800 });
    expect(extent(batch, 'D1', [...steps, step('unload', null, 800, null)])).toEqual({ startMs: 500, endMs: null });
  });

  it('is its own where no step is known', () => {
    expect(extent(batch, 'D1', [])).toBe(batch);
  });
});
