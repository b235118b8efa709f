import {
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteResourcePolicyCommand,
  DescribeImportCommand,
  DescribeTableCommand,
  GetResourcePolicyCommand,
  ImportTableCommand,
  type ImportTableCommandInput,
  ListImportsCommand,
  PutResourcePolicyCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { FoundImport, ImportCalls, Made, MakeCall, Write } from '../import/calls.ts';
import { structureOf } from '../import/structure.ts';
import { plain, wire } from '../import/values.ts';
import type { ClientOptions } from './client.ts';
import { clientsOf, unlessGone } from './dynamodb.ts';
import { fence } from './fence.ts';

/** What an import calls in one Region, with the rights of the credentials. */
export function importCallsOf(options: ClientOptions, region: string): ImportCalls {
  const { once, patient } = clientsOf(options, region);

  return {
    async describeTable(name) {
      const found = await unlessGone(patient.send(new DescribeTableCommand({ TableName: name })));
      const { TableId = '', TableArn = '', TableStatus = '', CreationDateTime } = found?.Table ?? {};
      return found && { id: TableId, arn: TableArn, status: TableStatus, createdAt: CreationDateTime?.getTime() ?? 0 };
    },

    async structureOf(name) {
      const found = await unlessGone(patient.send(new DescribeTableCommand({ TableName: name })));
      return found?.Table && { id: found.Table.TableId ?? '', structure: structureOf(found.Table) };
    },

    make: (call, notAfter) => make(once, call, notAfter),

    async describeImport(arn) {
      const found = await unless(/^ImportNotFound/, patient.send(new DescribeImportCommand({ ImportArn: arn })));
      const { ImportTableDescription: said = {} } = found ?? {};
      return (found && {
        arn,
        status: said.ImportStatus ?? 'IN_PROGRESS',
        clientToken: said.ClientToken ?? '',
        tableId: said.TableId ?? '',
        tableArn: said.TableArn ?? '',
        processed: said.ProcessedItemCount ?? 0,
        imported: said.ImportedItemCount ?? 0,
        errors: said.ErrorCount ?? 0,
        ...(said.FailureCode !== undefined && {
          failure: { code: said.FailureCode, message: said.FailureMessage ?? '' },
        }),
      }) satisfies FoundImport | undefined;
    },

    async listImports(tableArn, after) {
      const { ImportSummaryList = [], NextToken: next } = await patient.send(
        new ListImportsCommand({ TableArn: tableArn, NextToken: after }),
      );
      return { arns: ImportSummaryList.map(({ ImportArn = '' }) => ImportArn), ...(next !== undefined && { next }) };
    },

    async policyOf(tableArn) {
      const asked = patient.send(new GetResourcePolicyCommand({ ResourceArn: tableArn }));
      const found = await unless(/^PolicyNotFound/, asked);
      return found && { document: found.Policy ?? '', revision: found.RevisionId ?? '' };
    },

    async putPolicy(tableArn, document, notAfter) {
      const input = { ResourceArn: tableArn, Policy: document, ExpectedRevisionId: 'NO_POLICY' };
      const command = new PutResourcePolicyCommand(input);
      command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
      await once.send(command);
    },

    async deletePolicy(tableArn, revision) {
      await once.send(new DeleteResourcePolicyCommand({ ResourceArn: tableArn, ExpectedRevisionId: revision }));
    },

    async write(table, writes, notAfter) {
      const requests = writes.map(requestOf);
      const command = new BatchWriteItemCommand({
        RequestItems: { [table]: requests },
        ReturnConsumedCapacity: 'TOTAL',
      });
      command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
      const { UnprocessedItems, ConsumedCapacity = [] } = await once.send(command);
      const left = leftOf(requests, Object.values(UnprocessedItems ?? {}).flat());
      return { left, units: ConsumedCapacity.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0) };
    },

    async countPage(table, { of, number, after }) {
      const input = { TableName: table, Select: 'COUNT', TotalSegments: of, Segment: number } as const;
      const page = new ScanCommand({
        ...input,
        ConsistentRead: true,
        ExclusiveStartKey: after && wire(after),
        ReturnConsumedCapacity: 'TOTAL',
      });
      const { Count = 0, LastEvaluatedKey: next, ConsumedCapacity } = await patient.send(page);
      return { items: Count, units: ConsumedCapacity?.CapacityUnits ?? 0, ...(next && { next: plain(next) }) };
    },
  };
}

const beforeItLeaves = { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'fence' } as const;

type Client = ReturnType<typeof clientsOf>['once'];

async function make(client: Client, { operation, input }: MakeCall, notAfter: number): Promise<Made> {
  if (operation === 'CreateTable') {
    const command = new CreateTableCommand(input as unknown as CreateTableCommandInput);
    command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
    const { TableDescription: table } = await client.send(command);
    return { tableId: table?.TableId ?? '', tableArn: table?.TableArn ?? '' };
  }
  const command = new ImportTableCommand(input as unknown as ImportTableCommandInput);
  command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
  const { ImportTableDescription: made } = await client.send(command);
  return { tableId: made?.TableId ?? '', tableArn: made?.TableArn ?? '', importArn: made?.ImportArn ?? '' };
}

const requestOf = (write: Write): WriteRequest =>
  'put' in write ? { PutRequest: { Item: wire(write.put) } } : { DeleteRequest: { Key: wire(write.delete) } };

/** What comes back are the requests themselves, in whatever order. */
function leftOf(requests: WriteRequest[], unprocessed: WriteRequest[]): number[] {
  if (unprocessed.length === 0) return [];
  const left = new Set(unprocessed.map(textOf));
  return requests.flatMap((request, number) => (left.has(textOf(request)) ? [number] : []));
}

const textOf = (request: WriteRequest): string =>
  JSON.stringify(request, (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : sorted(value),
  );

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

async function unless<T>(name: RegExp, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && name.test(error.name)) return undefined;
    throw error;
  }
}
