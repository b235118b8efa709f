import { auditDoor, runAudit } from '../shared/audit/trigger.ts';
import { lambda } from '../shared/lambda.ts';

/** Every hour: compares AWS with the catalog and the plans, and reads the dead letters. */
export const handler = lambda(auditDoor, runAudit);
