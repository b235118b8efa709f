/** Numbers and switches that a parameter or `Fn::If` may give as text; CloudFormation converts by the resource's schema. */
const numbers = new Set(
  'MaximumRetryAttempts MaximumEventAgeInSeconds MaximumWindowInMinutes ReadCapacityUnits WriteCapacityUnits MaxReadRequestUnits MaxWriteRequestUnits RecoveryPeriodInDays ReservedConcurrentExecutions Timeout MemorySize MaxSessionDuration TimeoutInMillis ThrottlingRateLimit ThrottlingBurstLimit'.split(
    ' ',
  ),
);
const switches = new Set(
  'Enabled SSEEnabled PointInTimeRecoveryEnabled DeletionProtectionEnabled AutoDeploy'.split(' '),
);

function typed(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return coerce(value);
  if (numbers.has(name) && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  return switches.has(name) && /^(true|false)$/.test(value) ? value === 'true' : value;
}

/** The properties with text made numbers and booleans where the API takes those. */
export function coerce(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(coerce);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, typed(name, one)]));
}
