import type { TableStructure } from './structure.ts';
import type { AttributeValue } from './values.ts';

/** The AWS call that makes the new table, word for word: fixed when the task is accepted. */
export type MakeCall =
  | { operation: 'ImportTable'; input: Record<string, unknown> & { ClientToken: string } }
  /** With local indexes, which ImportTable cannot make. */
  | { operation: 'CreateTable'; input: Record<string, unknown> & { TableName: string } };

/** What answered the call. */
export interface Made {
  tableId: string;
  tableArn: string;
  importArn?: string;
}

/** An import as DescribeImport tells it. */
export interface FoundImport {
  arn: string;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  clientToken: string;
  tableId: string;
  tableArn: string;
  processed: number;
  imported: number;
  errors: number;
  failure?: { code: string; message: string };
}

/** The table that is to be made, once it is there. */
export interface FoundTable {
  id: string;
  arn: string;
  status: string;
  /** Epoch ms. */
  createdAt: number;
}

export type Item = Record<string, AttributeValue>;

/** One record of a file as DynamoDB is to be told. */
export type Write = { put: Item } | { delete: Item };

/** A resource policy. */
export interface FoundPolicy {
  document: string;
  revision: string;
}

/** DynamoDB of one target with the rights of the importing role. */
export interface ImportCalls {
  /** Undefined when there is none of that name. */
  describeTable(name: string): Promise<FoundTable | undefined>;
  /** Of a table that may be the one that was exported. */
  structureOf(name: string): Promise<{ id: string; structure: TableStructure } | undefined>;
  /**
   * Makes the table: one attempt.
   * @throws FencedError when the signature's own stamp is later than `notAfter` (epoch ms): nothing was sent.
   */
  make(call: MakeCall, notAfter: number): Promise<Made>;
  /** Undefined when AWS does not know it. */
  describeImport(arn: string): Promise<FoundImport | undefined>;
  /** ARNs of the imports to a table, newest first; a page. */
  listImports(tableArn: string, after?: string): Promise<{ arns: string[]; next?: string }>;
  policyOf(tableArn: string): Promise<FoundPolicy | undefined>;
  /**
   * Only where there is none: one attempt.
   * @throws FencedError as above.
   */
  putPolicy(tableArn: string, document: string, notAfter: number): Promise<void>;
  deletePolicy(tableArn: string, revision: string): Promise<void>;
  /**
   * Writes up to 25 records with different keys: one attempt. Answers with those that DynamoDB did not take, by their
   * numbers, and the units that the others took.
   * @throws FencedError as above.
   */
  write(table: string, writes: Write[], notAfter: number): Promise<{ left: number[]; units: number }>;
  /** Counts a page of a parallel scan, strongly consistent. */
  countPage(
    table: string,
    segment: { of: number; number: number; after?: Item },
  ): Promise<{ items: number; next?: Item; units: number }>;
}
