/** Ids and chance of the local AWS: the same seed gives the same sequence. */
export interface Random {
  /** In [0, 1). */
  number(): number;
  /** That many lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** A version 4 UUID. */
  uuid(): string;
}

/** xoshiro128** (Blackman, Vigna: https://prng.di.unimi.it/), seeded by splitmix32. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const splitmix = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();

  const rotated = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
  const next = () => {
    const answer = Math.imul(rotated(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return answer >>> 0;
  };

  const hex = (digits: number) => Array.from({ length: digits }, () => (next() >>> 28).toString(16)).join('');
  return {
    number: () => next() / 2 ** 32,
    hex,
    uuid: () => {
      const digits = hex(32);
      const variant = '89ab'[next() >>> 30];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
  };
}
