import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { debianPackages } from './sample-tables.ts';
import { ask, type Scene } from './scene.ts';
import { itemsOf, same } from './table-contents.ts';

const table = 'debian-packages';
const key = 'package';
const copy = `${table}-from-s3`;

/** The deployment lets exports go there (`exportBuckets`). */
export const exportBucket = 'tablekeep-demo-exports';

export interface Returned {
  itemsExported: number;
  itemsChanged: number;
  itemsInTable: number;
  itemsFromS3: number;
}

/** The table goes to S3 whole, then what changed in it, and comes back from there as a new table, which is compared. */
export async function awayAndBack(scene: Scene): Promise<Returned> {
  const { admin, line, now, play, until } = scene;
  const { dynamodb } = admin;
  const destination = { bucket: exportBucket, prefix: 'packages' };
  const source = { table };
  line('');
  line(`At noon, somebody wants ${table} in S3: all of it, and an hour later what has changed.`);
  const full = await ask(scene, 'Export', { source, destination, verify: true, reason: 'for the analysts' });

  await play(change(scene));
  const later = now() + 3_600_000;
  await until(() => now() >= later);
  const window = { from: full.exportTime, until: new Date(Math.floor(now() / 1000) * 1000).toISOString() };
  const increment = await ask(scene, 'Export', {
    source,
    destination,
    type: 'incremental',
    window,
    verify: true,
    reason: 'for the analysts',
  });

  const from = { bucket: exportBucket, export: folderOf(full), increments: [folderOf(increment)] };
  await ask(scene, 'Import', { source: from, target: { tableName: copy }, reason: 'to work on a copy' });
  const living = await play(itemsOf(dynamodb, table, key));
  const found = await play(itemsOf(dynamodb, copy, key).catch(() => new Map<string, string>()));
  return {
    itemsExported: Number(full.items),
    itemsChanged: Number(increment.items),
    itemsInTable: living.size,
    itemsFromS3: found.size === living.size ? same(living, found) : found.size,
  };
}

const folderOf = ({ manifest }: Record<string, unknown>): string =>
  String(manifest).replace(/\/manifest-summary\.json$/, '');

/** Takes 100 packages away, writes 300 anew with another version, and adds 200. */
async function change({ admin, line }: Scene): Promise<void> {
  const { items } = debianPackages();
  const requests: WriteRequest[] = [
    ...items.slice(0, 100).map((item) => ({ DeleteRequest: { Key: { [key]: item[key] ?? { S: '' } } } })),
    ...items.slice(100, 400).map((item) => ({ PutRequest: { Item: { ...item, version: { S: '9:9' } } } })),
    ...items
      .slice(400, 600)
      .map((item) => ({ PutRequest: { Item: { ...item, [key]: { S: `${item[key]?.S}-copy` } } } })),
  ];
  for (let start = 0; start < requests.length; start += 25) {
    const some = requests.slice(start, start + 25);
    await admin.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: some } }));
  }
  line('Meanwhile 100 packages are deleted, 300 get another version, and 200 are new.');
}
