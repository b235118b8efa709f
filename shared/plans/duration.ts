const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `36h` in milliseconds; throws on what the definition of plans.yml does not allow. */
export function durationMs(text: string): number {
  const [, number, unit = ''] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  const ms = Number(number) * (unitMs[unit] ?? Number.NaN);
  if (Number.isNaN(ms)) throw new Error(`"${text}" is not a duration; write a number and m, h, d or w, as in 36h.`);
  return ms;
}

/** The shortest way to write it in plans.yml: 604,800,000 is `1w`. Whole minutes, rounded up. */
export function formatDuration(ms: number): string {
  const unit = ['w', 'd', 'h'].find((letter) => ms % (unitMs[letter] ?? 1) === 0) ?? 'm';
  return `${Math.ceil(ms / (unitMs[unit] ?? 1))}${unit}`;
}
