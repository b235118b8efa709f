import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDB } from '@aws-sdk/client-dynamodb';

/*
 * Looks at AWS_ENDPOINT_URL with the SDK: there are tables. With --new-backup: within 90 seconds a backup of the last
 * two minutes is AVAILABLE.
 */
const dynamodb = new DynamoDB({});
const { TableNames = [] } = await dynamodb.listTables({});
console.log('tables', TableNames);
if (TableNames.length === 0) throw new Error('There are no tables.');

const recent = async () => {
  const TimeRangeLowerBound = new Date(Date.now() - 120_000);
  const { BackupSummaries = [] } = await dynamodb.listBackups({ TimeRangeLowerBound });
  return BackupSummaries.map(({ BackupName, BackupStatus }) => ({ BackupName, BackupStatus }));
};

let seen = await recent();
for (let look = 0; process.argv.includes('--new-backup') && look < 45; look++) {
  if (seen.some(({ BackupStatus }) => BackupStatus === 'AVAILABLE')) break;
  if (look === 44) throw new Error('No new backup became AVAILABLE.');
  await pause(2000);
  seen = await recent();
}
console.log('backups', seen);
