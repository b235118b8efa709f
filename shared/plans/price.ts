/** Storage of on-demand backups in us-east-1 (N. Virginia), warm, as of 2026-11: https://aws.amazon.com/dynamodb/pricing/on-demand/ */
export const dollarsPerGbMonth = 0.1;

/** AWS counts a GB of storage as 2³⁰ bytes. */
export const gbBytes = 2 ** 30;
