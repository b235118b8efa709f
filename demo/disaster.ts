import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  UpdateTableCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { FactSeen } from './facts.ts';
import type { Told } from './night.ts';
import type { Administrator, Deployed } from './stage.ts';
import { itemsOf, same, settingsOf } from './table-contents.ts';

const table = 'debian-packages';
const key = 'package';

export interface Restored {
  itemsRestored: number;
  itemsExpected: number;
  settingsRestored: number;
  settingsExpected: number;
}

interface Scene {
  admin: Administrator;
  deployed: Deployed;
  told: Told;
  now: () => number;
  line: (text: string) => void;
  /** Lets the clock run until that is so. */
  until: (isSo: () => boolean) => Promise<void>;
  play: <T>(work: Promise<T>) => Promise<T>;
}

/** Somebody damages a table and then deletes it; it comes back as it was before, and is compared with that. */
export async function disaster({ admin, deployed, told, now, line, until, play }: Scene): Promise<Restored> {
  const { dynamodb } = admin;
  const items = await play(itemsOf(dynamodb, table, key));
  const settings = await play(settingsOf(dynamodb, table));
  const before = new Date(now()).toISOString();
  await play(damage(admin, [...items.keys()].slice(0, 500)));
  line('');
  line(`In the morning, somebody deletes 500 items of ${table}, switches its protection off, and deletes the table.`);

  const asked = told.facts.length;
  const detail = { source: { table, before }, target: { tableName: table }, reason: 'deleted by mistake' };
  await play(request(admin, deployed, detail));
  line(`Restore Requested: ${JSON.stringify(detail)}`);
  const ended = (): FactSeen | undefined =>
    told.facts.slice(asked).find(({ type }) => type === 'Restore Completed' || type === 'Restore Failed');
  await until(() => ended() !== undefined);
  for (const { type, detail: fact } of told.facts.slice(asked)) {
    if (type.startsWith('Restore')) line(`  ${type}: ${fact.sentence}`);
  }

  const foundItems = await play(itemsOf(dynamodb, table, key));
  const foundSettings = await play(settingsOf(dynamodb, table));
  for (const [name, value] of settings) {
    if (foundSettings.get(name) !== value) line(`  not as before: ${name} was ${value}, is ${foundSettings.get(name)}`);
  }
  return {
    itemsRestored: same(items, foundItems),
    itemsExpected: items.size,
    settingsRestored: same(settings, foundSettings),
    settingsExpected: settings.size,
  };
}

async function damage({ dynamodb }: Administrator, keys: string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += 25) {
    const requests = keys
      .slice(start, start + 25)
      .map((text) => ({ DeleteRequest: { Key: { [key]: JSON.parse(text) } } }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
  }
  await dynamodb.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }));
  await dynamodb.send(new DeleteTableCommand({ TableName: table }));
  await waitUntilTableNotExists({ client: dynamodb, maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { TableName: table });
}

async function request({ events }: Administrator, { outputs }: Deployed, detail: object): Promise<void> {
  const { FailedEntryCount } = await events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: outputs.RequestsBusName,
          Source: 'demo',
          DetailType: 'Restore Requested',
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  if (FailedEntryCount) throw new Error('The bus of requests did not take Restore Requested.');
}
