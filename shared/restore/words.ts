/** `1 backup`, `2 backups`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Ends with a full stop, also what somebody else wrote. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
