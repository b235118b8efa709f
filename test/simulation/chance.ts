/**
 * In [0, 1), from a seed and a name. What one thing draws does not depend on how many others have drawn before it, so
 * that a story from which something was taken away goes on as it did.
 */
export function chanceOf(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let index = 0; index < name.length; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Draws for one thing, each by a name of its own. */
export class Chance {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  isTrue(name: string, probability: number): boolean {
    return chanceOf(this.#seed, name) < probability;
  }

  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number {
    return least + Math.floor(chanceOf(this.#seed, name) * (most - least + 1));
  }

  oneOf<One>(name: string, ...all: [One, ...One[]]): One {
    return all[this.whole(name, 0, all.length - 1)] ?? all[0];
  }
}
