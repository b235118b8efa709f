import { createHash } from 'node:crypto';

/**
 * The client token of a task: a UUID (version 8: our own way, RFC 9562) made from the installation and the task's id,
 * which follows from the request's. So the same request is the same export, whoever sends it again.
 */
export function clientToken(installation: string, taskId: string): string {
  const hex = createHash('sha256').update(`${installation}/${taskId}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/**
 * A token is valid for eight hours (API_ExportTableToPointInTime): before it ends, a repeat looks whether AWS has the
 * export already.
 */
export const tokenMs = (7 * 60 + 45) * 60_000;
