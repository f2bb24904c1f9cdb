/** What the tests share: seeded random numbers. Not part of the page. */

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, in [low, high]. */
  int(low: number, high: number): number;
  pick<T>(from: readonly T[]): T;
  chance(p: number): boolean;
}

/** The generator mulberry32: small, seeded, good enough for tests. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick: (from) => from[int(0, from.length - 1)] as never,
    chance: (p) => next() < p,
  };
}

/** Runs a check with seeds 1 to count; a failure names its seed. */
export function withSeeds(count: number, check: (r: Random, seed: number) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      check(random(seed), seed);
    } catch (e) {
      throw new Error(`seed ${seed}: ${e instanceof Error ? e.message : String(e)}`, { cause: e });
    }
  }
}
