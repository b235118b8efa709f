import type { Api } from './api.ts';

/** The zones of the deployed plans, by their names: what is of a plan is told in its zone. */
export async function zonesOf(api: Api): Promise<Map<string, string>> {
  const { plans } = await api.get<{ plans: { name: string; timezone: string }[] }>('/v1/plans');
  return new Map(plans.map(({ name, timezone }) => [name, timezone]));
}
