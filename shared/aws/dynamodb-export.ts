import {
  DescribeContinuousBackupsCommand,
  DescribeExportCommand,
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  ExportTableToPointInTimeCommand,
  type ExportTableToPointInTimeCommandInput,
  ListExportsCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import type { ExportCall, ExportCalls, ExportedTable, FoundExport } from '../export/calls.ts';
import type { ClientOptions } from './client.ts';
import { clientsOf, unlessGone } from './dynamodb.ts';
import { fence } from './fence.ts';

/** What an export calls in one Region, with the rights of the credentials. */
export function exportCallsOf(options: ClientOptions, region: string): ExportCalls {
  const { once, patient } = clientsOf(options, region);

  return {
    async describeTable(name) {
      const found = await unlessGone(patient.send(new DescribeTableCommand({ TableName: name })));
      const { TableName = name, TableId = '', TableArn = '', TableSizeBytes = 0 } = found?.Table ?? {};
      return found && { name: TableName, id: TableId, arn: TableArn, sizeBytes: TableSizeBytes, keys: keysOf(found) };
    },

    async recoveryWindow(name) {
      const { ContinuousBackupsDescription } = await once.send(
        new DescribeContinuousBackupsCommand({ TableName: name }),
      );
      const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      const [earliest, latest] = [recovery?.EarliestRestorableDateTime, recovery?.LatestRestorableDateTime];
      if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED' || !earliest || !latest) return undefined;
      return { earliest: earliest.getTime(), latest: latest.getTime() };
    },

    async enableRecovery(name) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      await patient.send(new UpdateContinuousBackupsCommand({ TableName: name, PointInTimeRecoverySpecification }));
    },

    async start(call, notAfter) {
      const command = new ExportTableToPointInTimeCommand(inputOf(call));
      const beforeItLeaves = { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'fence' } as const;
      command.middlewareStack.addRelativeTo(fence(notAfter), beforeItLeaves);
      return (await once.send(command)).ExportDescription?.ExportArn ?? '';
    },

    async describeExport(arn) {
      try {
        const { ExportDescription: found = {} } = await patient.send(new DescribeExportCommand({ ExportArn: arn }));
        return {
          arn,
          status: found.ExportStatus ?? 'IN_PROGRESS',
          tableId: found.TableId ?? '',
          items: found.ItemCount ?? 0,
          billedBytes: found.BilledSizeBytes ?? 0,
          ...(found.ClientToken !== undefined && { clientToken: found.ClientToken }),
          ...(found.ExportTime && { exportTime: found.ExportTime.getTime() }),
          ...(found.ExportManifest !== undefined && { manifest: found.ExportManifest }),
          ...(found.FailureCode !== undefined && {
            failure: { code: found.FailureCode, message: found.FailureMessage ?? '' },
          }),
        } satisfies FoundExport;
      } catch (error) {
        if (error instanceof Error && error.name === 'ExportNotFoundException') return undefined;
        throw error;
      }
    },

    async listExports(tableArn, after) {
      const { ExportSummaries = [], NextToken: next } = await patient.send(
        new ListExportsCommand({ TableArn: tableArn, NextToken: after }),
      );
      return { arns: ExportSummaries.map(({ ExportArn = '' }) => ExportArn), ...(next !== undefined && { next }) };
    },
  };
}

function keysOf({ Table = {} }: Pick<DescribeTableCommandOutput, 'Table'>): ExportedTable['keys'] {
  const typeOf = (name: string) => Table.AttributeDefinitions?.find((one) => one.AttributeName === name)?.AttributeType;
  return (Table.KeySchema ?? []).map(({ AttributeName: name = '', KeyType: kind = 'HASH' }) => ({
    name,
    kind,
    type: typeOf(name) ?? 'S',
  }));
}

/** Instants and binary values as the SDK takes them. */
function inputOf({ input, exportTime, window }: ExportCall): ExportTableToPointInTimeCommandInput {
  const { IncrementalExportSpecification: view, FilterSpecification: filter } = input;
  return {
    ...input,
    ...(exportTime !== undefined && { ExportTime: new Date(exportTime) }),
    ...(window && {
      IncrementalExportSpecification: {
        ...(view as object | undefined),
        ExportFromTime: new Date(window.from),
        ExportToTime: new Date(window.until),
      },
    }),
    ...(filter !== undefined && { FilterSpecification: withBytes(filter) }),
  } as ExportTableToPointInTimeCommandInput;
}

/** Binary values are Base64 in JSON. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    isBinary(name, inner) ? bytesOf(inner) : withBytes(inner),
  ]);
  return Object.fromEntries(entries);
}

/** `{"B": "…"}` is a value; an attribute of a map that is called B has an object. */
const isBinary = (name: string, inner: unknown): inner is string | string[] =>
  (name === 'B' && typeof inner === 'string') ||
  (name === 'BS' && Array.isArray(inner) && inner.every((one) => typeof one === 'string'));

const bytesOf = (inner: string | string[]) => {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
  return Array.isArray(inner) ? inner.map(bytes) : bytes(inner);
};
