import { Stop } from './exit.ts';

/** The reason of whoever gives none. */
export const byHand = 'asked for on the command line';

/** `<account>/<region>` */
export function targetOf(option: string, text: string): { account: string; region: string } {
  const [, account, region] = /^(\d{12})\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (account !== undefined && region !== undefined) return { account, region };
  throw new Stop('notUnderstood', `${option} ${text} is not understood; write 123456789012/eu-central-1.`);
}

/** Several values after one option, or the option several times. */
export const gathered = (value: string, before: string[] = []): string[] => [...before, value];
