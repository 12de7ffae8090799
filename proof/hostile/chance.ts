/** Choices from a seed. */
import { uniforms } from '../../src/market/random.ts';

export interface Chance {
  /** A whole number from 0 to `below` - 1; 0 where there is none. */
  readonly below: (below: number) => number;
  /** One of a list that is not empty. */
  readonly of: <Item>(items: readonly Item[]) => Item;
}

export function chance(seed: string): Chance {
  const next = uniforms(seed);
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    of: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('there is nothing to choose from');
      return item;
    },
  };
}
