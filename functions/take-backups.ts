import { dynamoDbOf } from '../shared/aws/dynamodb.ts';
import { settingsApiOf } from '../shared/aws/settings.ts';
import { assumedRole } from '../shared/aws/sts.ts';
import { taggingOf } from '../shared/aws/tagging.ts';
import { lambda } from '../shared/lambda.ts';
import { takeBackups, takeBackupsDoor } from '../shared/run/take.ts';

/** Takes the backups of a run and watches them until each has ended. */
export const handler = lambda(takeBackupsDoor, takeBackups, { dynamoDbOf, taggingOf, settingsApiOf, assumedRole });
