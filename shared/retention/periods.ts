import type { Keep } from '../plan.ts';
import { toLocal } from '../schedule/zone.ts';

/** The rules that keep the newest backup of each of so many periods. */
export type Period = Extract<keyof Keep, 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly'>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * Which period of a zone's wall clock an instant is in: equal for two instants exactly when they share it.
 * Weeks are those of ISO 8601, from Monday; the hour that comes twice in autumn is two.
 */
export const periodOf: Record<Period, (zone: string, at: number) => string> = {
  hourly: (zone, at) => `${Math.floor(toLocal(zone, at) / hourMs)} ${toLocal(zone, at) - at}`,
  daily: (zone, at) => `${dayOf(zone, at)}`,
  // Day 0 of the epoch was a Thursday.
  weekly: (zone, at) => `${Math.floor((dayOf(zone, at) + 3) / 7)}`,
  monthly: (zone, at) => new Date(toLocal(zone, at)).toISOString().slice(0, 7),
  yearly: (zone, at) => new Date(toLocal(zone, at)).toISOString().slice(0, 4),
};

function dayOf(zone: string, at: number): number {
  return Math.floor(toLocal(zone, at) / dayMs);
}
