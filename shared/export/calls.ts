import type { Window } from '../restore/calls.ts';

/** The table of an export. */
export interface ExportedTable {
  name: string;
  id: string;
  arn: string;
  sizeBytes: number;
  /** Partition key first. */
  keys: { name: string; kind: 'HASH' | 'RANGE'; type: 'S' | 'N' | 'B' }[];
}

/** The AWS call that starts an export, word for word but for its instants: fixed when the task is accepted. */
export interface ExportCall {
  input: Record<string, unknown> & { TableArn: string; S3Bucket: string; S3BucketOwner: string; ClientToken: string };
  /** Epoch ms: the plan is plain JSON. */
  exportTime?: number;
  window?: { from: number; until: number };
}

/** An export as DescribeExport tells it. Instants are epoch ms. */
export interface FoundExport {
  arn: string;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  clientToken?: string;
  tableId: string;
  exportTime?: number;
  manifest?: string;
  items: number;
  billedBytes: number;
  failure?: { code: string; message: string };
}

/** DynamoDB of one target with the rights of the exporting role. */
export interface ExportCalls {
  /** Undefined when there is none of that name. */
  describeTable(name: string): Promise<ExportedTable | undefined>;
  /** Undefined when point-in-time recovery is off; of a table that is there. */
  recoveryWindow(name: string): Promise<Window | undefined>;
  enableRecovery(name: string): Promise<void>;
  /**
   * Starts the export: one attempt. Answers with its ARN.
   * @throws FencedError when the signature's own stamp is later than `notAfter` (epoch ms): nothing was sent.
   */
  start(call: ExportCall, notAfter: number): Promise<string>;
  /** Undefined when AWS does not know it. */
  describeExport(arn: string): Promise<FoundExport | undefined>;
  /** ARNs of a table's exports of the last 90 days, newest first; a page of 25. */
  listExports(tableArn: string, after?: string): Promise<{ arns: string[]; next?: string }>;
}
