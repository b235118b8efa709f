import { readExportBuckets } from '../../shared/export/buckets.ts';
import type { ExportsPlan } from '../../shared/plans/exports.ts';
import { PlansError } from './file.ts';

/**
 * Exports that the deployment's parameter exportBuckets does not allow stop the packaging; without the parameter they are
 * said, as it may come from elsewhere when it is deployed.
 */
export function checkBuckets(exports: ExportsPlan[], parameter: string, warn: (sentence: string) => void): void {
  const allowed = readExportBuckets(parameter, '').map(({ name }) => name);
  const wrong = exports.filter(({ bucket, enabled }) => enabled && !allowed.includes(bucket));
  if (wrong.length === 0) return;
  const missing = wrong.map(({ bucket }) => bucket);
  const buckets = [...new Set([...parameter.split(',').map((part) => part.trim()), ...missing])]
    .filter(Boolean)
    .join(',');
  const sentences = wrong.map(
    ({ name, bucket }) =>
      `exports.${name}.bucket: the parameter exportBuckets does not allow ${bucket}; deploy with --param="exportBuckets=${buckets}", or name another bucket.`,
  );
  if (allowed.length > 0) throw new PlansError(sentences);
  for (const sentence of sentences) warn(sentence);
}
