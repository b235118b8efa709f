/** What the deployment tells a function. */
export interface Environment {
  region: string;
  catalog: string;
  factsBus: string;
  /** Where the API puts requests; absent elsewhere. */
  requestsBus?: string;
  /** URLs of the queues that the audit reads. */
  deadLetterQueues: string[];
  maxRuns: number;
  graceMs: number;
  /** Absent: no settings are captured. */
  settingsEveryMs?: number;
  /** Of exports: `name=ownerAccount,name2`; absent: none. */
  exportBuckets?: string;
  /** Name of the function's role, where it imports. */
  importRole?: string;
  /** That the roles of other accounts must belong to; absent: none is named. */
  organisation?: string;
  memberRolePrefix: string;
  externalId: string;
}

/** The only reader of the process's environment. Throws a sentence when the deployment forgot something. */
export function readEnvironment(): Environment {
  const graceHours = numberIn('GRACE_HOURS', 72);
  return {
    region: textIn('AWS_REGION'),
    catalog: textIn('CATALOG'),
    factsBus: textIn('FACTS_BUS'),
    requestsBus: process.env.REQUESTS_BUS ?? '',
    deadLetterQueues: (process.env.DEAD_LETTERS ?? '').split(',').filter((url) => url !== ''),
    maxRuns: numberIn('MAX_RUNS', 50),
    graceMs: graceHours * 3_600_000,
    settingsEveryMs: numberIn('SETTINGS_EVERY_HOURS', 24) * 3_600_000,
    exportBuckets: process.env.EXPORT_BUCKETS ?? '',
    importRole: process.env.IMPORT_ROLE ?? '',
    organisation: process.env.ORGANISATION ?? '',
    memberRolePrefix: process.env.MEMBER_ROLE_PREFIX || 'tablekeep',
    externalId: process.env.EXTERNAL_ID || 'tablekeep',
  };
}

function textIn(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing; deploy the function with serverless.yml.`);
  return value;
}

function numberIn(name: string, otherwise: number): number {
  const value = Number(process.env[name] || otherwise);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`The environment variable ${name} is "${process.env[name]}"; it must be a number.`);
}
