import * as z from 'zod/mini';
import { planNamePattern } from '../../events/patterns.ts';
import { adHoc } from '../../shared/names.ts';
import { PlanSource } from '../../shared/plans/definition.ts';
import { ExportsSource } from '../../shared/plans/exports-definition.ts';

/** Of plans.yml, for completion and first checks in editors; made from the definition that packaging checks with. */
export function plansJsonSchema(): Record<string, unknown> {
  const { $schema, ...plan } = z.toJSONSchema(PlanSource, { io: 'input' });
  const { $schema: _same, ...exports } = z.toJSONSchema(ExportsSource, { io: 'input' });
  return {
    $schema,
    title: 'plans.yml of Tablekeep',
    description:
      'Which DynamoDB tables are backed up when, and how long the backups stay; and which are exported to S3.',
    type: 'object',
    properties: {
      plans: {
        description: 'The plans by their names: lower-case letters, digits and hyphens, at most 32.',
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: planNamePattern.source, not: { const: adHoc } },
        additionalProperties: { $ref: '#/$defs/plan' },
      },
      exports: {
        description: 'Exports to S3 on schedule by their names: lower-case letters, digits and hyphens, at most 32.',
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: planNamePattern.source },
        additionalProperties: { $ref: '#/$defs/exports' },
      },
    },
    required: ['plans'],
    additionalProperties: false,
    $defs: { plan, exports },
  };
}
