import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDB } from '@aws-sdk/client-dynamodb';

/*
 * Looks at AWS_ENDPOINT_URL with the SDK: there are tables. With a plan's name: within 90 seconds a backup of that plan,
 * made in the last two minutes, is AVAILABLE.
 */
const [plan] = process.argv.slice(2);
const dynamodb = new DynamoDB({});
const { TableNames = [] } = await dynamodb.listTables({});
console.log('tables', TableNames);
if (TableNames.length === 0) throw new Error('There are no tables.');

async function recentBackups() {
  const { BackupSummaries = [] } = await dynamodb.listBackups({ TimeRangeLowerBound: new Date(Date.now() - 120_000) });
  return BackupSummaries.map(({ BackupName, BackupStatus }) => ({ BackupName, BackupStatus }));
}

let backups = await recentBackups();
const isThere = () =>
  backups.some(({ BackupName, BackupStatus }) => BackupName?.includes(`-${plan}-`) && BackupStatus === 'AVAILABLE');
for (let look = 0; plan !== undefined && look < 45 && !isThere(); look++) {
  await pause(2000);
  backups = await recentBackups();
}
console.log('backups', backups);
if (plan !== undefined && !isThere()) throw new Error(`No new backup of the plan ${plan} is AVAILABLE.`);
