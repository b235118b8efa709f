import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  UpdateTableCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { ask, type Scene } from './scene.ts';
import type { Administrator } from './stage.ts';
import { itemsOf, same, settingsOf } from './table-contents.ts';

const table = 'debian-packages';
const key = 'package';

export interface Restored {
  itemsRestored: number;
  itemsExpected: number;
  settingsRestored: number;
  settingsExpected: number;
}

/** Somebody damages a table and then deletes it; it comes back as it was before, and is compared with that. */
export async function disaster(scene: Scene): Promise<Restored> {
  const { admin, now, line, play } = scene;
  const { dynamodb } = admin;
  const items = await play(itemsOf(dynamodb, table, key));
  const settings = await play(settingsOf(dynamodb, table));
  const before = new Date(now()).toISOString();
  await play(damage(admin, [...items.keys()].slice(0, 500)));
  line('');
  line(`In the morning, somebody deletes 500 items of ${table}, switches its protection off, and deletes the table.`);

  const request = { source: { table, before }, target: { tableName: table }, reason: 'deleted by mistake' };
  await ask(scene, 'Restore', request);

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
