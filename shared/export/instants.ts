/** AWS counts in whole seconds, and leaves the rest out: epoch ms of the second that an instant is in. */
export const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000) * 1000;
