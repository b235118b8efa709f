import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { FactSeen } from './facts.ts';
import type { Told } from './night.ts';
import type { Administrator, Deployed } from './stage.ts';

/** Where something happens between the nights. */
export interface Scene {
  admin: Administrator;
  deployed: Deployed;
  told: Told;
  now: () => number;
  line: (text: string) => void;
  /** Lets the clock run until that is so. */
  until: (isSo: () => boolean) => Promise<void>;
  play: <T>(work: Promise<T>) => Promise<T>;
}

/** Puts a request (`Restore`, `Export`, `Import`) on its bus, waits for its end, and prints both and what is told meanwhile. */
export async function ask(
  { admin, deployed, told, line, until, play }: Scene,
  kind: 'Restore' | 'Export' | 'Import',
  detail: object,
): Promise<FactSeen['detail']> {
  const asked = told.facts.length;
  await play(put(admin, deployed, `${kind} Requested`, detail));
  line(`${kind} Requested: ${JSON.stringify(detail)}`);
  const ended = (): FactSeen | undefined =>
    told.facts.slice(asked).find(({ type }) => type === `${kind} Completed` || type === `${kind} Failed`);
  await until(() => ended() !== undefined);
  for (const { type, detail: fact } of told.facts.slice(asked)) {
    if (type.startsWith(kind)) line(`  ${type}: ${fact.sentence}`);
  }
  return ended()?.detail ?? {};
}

async function put(
  { events }: Administrator,
  { outputs }: Deployed,
  DetailType: string,
  detail: object,
): Promise<void> {
  const entry = { EventBusName: outputs.RequestsBusName, Source: 'demo', DetailType, Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount) throw new Error(`The bus of requests did not take ${DetailType}.`);
}
