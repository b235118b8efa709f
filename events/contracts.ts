import * as audit from './audit-events.ts';
import * as backups from './backup-events.ts';
import * as chains from './chain-events.ts';
import type { Contract } from './contract.ts';
import * as exports from './export-events.ts';
import * as exportRequests from './export-request.ts';
import * as imports from './import-events.ts';
import * as importRequests from './import-request.ts';
import * as operations from './operation-events.ts';
import * as operationRequests from './operation-requests.ts';
import * as requests from './requests.ts';
import * as restores from './restore-events.ts';
import * as restoreRequests from './restore-request.ts';
import * as retention from './retention-events.ts';
import * as runs from './run-events.ts';

/** Every contract there is: for the JSON Schemas, the examples, the table of the README and the rules of the template. */
export const contracts: Contract<unknown>[] = [
  requests,
  restoreRequests,
  operationRequests,
  operations,
  runs,
  backups,
  retention,
  restores,
  exportRequests,
  exports,
  chains,
  importRequests,
  imports,
  audit,
].flatMap((file) => Object.values(file) as Contract<unknown>[]);
