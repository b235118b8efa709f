import {
  CreateBackupCommand,
  DeleteTableCommand,
  ListBackupsCommand,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { debianPackages, makeTable, type SampleTable, sampleModels } from './sample-tables.ts';
import type { Administrator, Deployed } from './stage.ts';
import { furnish } from './table-contents.ts';

/** What happens to the tables in the demo's week, beside the nightly backups. */
export interface Week {
  /** Before the first night; answers what was made. */
  begin(): Promise<{ table: string; items: number }[]>;
  /** In the hours before that night (1 to 7); answers what a person would tell of it. */
  before(night: number): Promise<string | undefined>;
  /** At the instant (epoch ms) at which that night's schedule has fired. */
  during(night: number, firedAt: number): Promise<string | undefined>;
}

/** The tables of the week; the third has a key of its own, the last comes later. */
const late = 'ReoccuringPayments';
const withKey = 'game-player-profiles';
const short = 'Complaint_management_system';
const handMade = 'before-the-migration';

export function week({ dynamodb, kms, lambda }: Administrator, { functionName }: Deployed, account: string): Week {
  const tables = [...sampleModels(), debianPackages()];
  const named = (name: string) => tables.find(({ definition }) => definition.TableName === name) as SampleTable;
  let key = '';

  const steps: Record<number, () => Promise<string>> = {
    3: async () => {
      await dynamodb.send(new DeleteTableCommand({ TableName: short }));
      return `somebody deleted the table ${short}`;
    },
    4: async () => {
      await makeTable(dynamodb, named(late));
      await kms.send(new DisableKeyCommand({ KeyId: key }));
      return `somebody created the table ${late}, and disabled the key of ${withKey}`;
    },
    5: async () => {
      await kms.send(new EnableKeyCommand({ KeyId: key }));
      return `the key of ${withKey} is enabled again`;
    },
  };

  return {
    async begin() {
      key = (await kms.send(new CreateKeyCommand({ Description: withKey }))).KeyMetadata?.Arn ?? '';
      const first = tables.filter(({ definition }) => definition.TableName !== late);
      for (const table of first) await makeTable(dynamodb, encrypted(table, key));
      await furnish(dynamodb, debianPackages().definition.TableName, account);
      await dynamodb.send(new CreateBackupCommand({ TableName: 'Chat', BackupName: handMade }));
      return first.map(({ definition, items }) => ({ table: definition.TableName, items: items.length }));
    },
    before: async (night) => steps[night]?.(),
    async during(night, firedAt) {
      if (night !== 5) return undefined;
      const again = { plan: 'nightly', scheduledAt: new Date(firedAt).toISOString() };
      await lambda.send(
        new InvokeCommand({
          FunctionName: functionName('start-run'),
          InvocationType: 'Event',
          Payload: JSON.stringify(again),
        }),
      );
      return 'the schedule was delivered a second time';
    },
  };
}

function encrypted(table: SampleTable, keyArn: string): SampleTable {
  if (table.definition.TableName !== withKey) return table;
  const SSESpecification = { Enabled: true, SSEType: 'KMS' as const, KMSMasterKeyId: keyArn };
  return { ...table, definition: { ...table.definition, SSESpecification } };
}

/** A backup as it is at AWS. */
export interface AtAws {
  name: string;
  table: string;
  tableId: string;
  isHandMade: boolean;
}

/** All backups of the account and Region, and how many tables there are (the catalog is one of them). */
export async function lookAround({ dynamodb }: Administrator): Promise<{ backups: AtAws[]; tables: number }> {
  const backups: AtAws[] = [];
  let after: string | undefined;
  do {
    const page = await dynamodb.send(new ListBackupsCommand({ ...(after && { ExclusiveStartBackupArn: after }) }));
    for (const { BackupName = '', TableName = '', TableId = '' } of page.BackupSummaries ?? []) {
      backups.push({ name: BackupName, table: TableName, tableId: TableId, isHandMade: BackupName === handMade });
    }
    after = page.LastEvaluatedBackupArn;
  } while (after !== undefined);
  const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
  return { backups, tables: TableNames.length };
}
