import { iso } from '../clock.ts';
import type { Part } from './parts.ts';

/** AWS counts windows in whole seconds; the instant of a full export may have a fraction. */
const seconds = (at: number): number => Math.floor(at / 1000);

/** Where windows do not join, in sentences: each begins where the one before ends, and the first where the full export is of. */
export function brokenJoins(full: Part, windows: Part[]): string[] {
  return windows.flatMap((window, index) => {
    const before = windows[index - 1] ?? full;
    const { from = 0 } = window;
    const [ends, begins] = [seconds(before.until), seconds(from)];
    if (ends === begins) return [];
    const what = ends < begins ? 'a gap' : 'an overlap';
    const [first, last] = ends < begins ? [before.until, from] : [from, before.until];
    return [
      `There is ${what} from ${iso(first)} to ${iso(last)}: ${nameOf(before)} ends at ${iso(before.until)}, and ${nameOf(window)} begins at ${iso(from)}.`,
    ];
  });
}

/** `01769828405120-2d8752fd` */
const nameOf = ({ manifest, kind }: Part): string =>
  `${kind === 'full' ? 'the full export' : 'the window'} ${manifest.split('/').at(-2) ?? manifest}`;
