/** Storage of on-demand backups in us-east-1 (N. Virginia), warm, as of 2026-11: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const dollarsPerGbMonth = 0.1;

/** AWS counts a GB of storage as 2³⁰ bytes. */
export const gbBytes = 2 ** 30;

/**
 * Exports in us-east-1, as of 2026-11: a full one by the size of the table, an incremental one by what is read of its
 * continuous backups for the window. https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
export const dollarsPerExportedGb = 0.1;

/** Of each incremental export: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.HowItWorks.html */
export const leastExportedBytes = 10 * 2 ** 20;
