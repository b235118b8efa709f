import * as z from 'zod/mini';
import { planNamePattern } from '../../events/patterns.ts';
import { adHoc } from '../../shared/names.ts';
import { PlanSource } from '../../shared/plans/definition.ts';

/** Of plans.yml, for completion and first checks in editors; made from the definition that packaging checks with. */
export function plansJsonSchema(): Record<string, unknown> {
  const { $schema, ...plan } = z.toJSONSchema(PlanSource, { io: 'input' });
  return {
    $schema,
    title: 'plans.yml of Tablekeep',
    description: 'Which DynamoDB tables are backed up when, and how long the backups stay.',
    type: 'object',
    properties: {
      plans: {
        description: 'The plans by their names: lower-case letters, digits and hyphens, at most 32.',
        type: 'object',
        minProperties: 1,
        propertyNames: { pattern: planNamePattern.source, not: { const: adHoc } },
        additionalProperties: { $ref: '#/$defs/plan' },
      },
    },
    required: ['plans'],
    additionalProperties: false,
    $defs: { plan },
  };
}
