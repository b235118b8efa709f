/** What can go wrong between the service and AWS, or in the service's processes, and how often at each opportunity. */
export const faultKinds = {
  // Answers of AWS to any call.
  throttle: 0.02,
  error500: 0.02,
  error500Applied: 0.02,
  timeout: 0.01,
  timeoutApplied: 0.01,
  reset: 0.01,
  resetApplied: 0.02,
  slow: 0.01,
  expiredCredentials: 0.02,
  // Answers to CreateBackup: the three meanings of LimitExceededException.
  limitOfRate: 0.15,
  limitOfTablesAtOnce: 0.15,
  limitOfTables: 0.06,
  // Answers to ListBackups and PutEvents.
  staleList: 1,
  shortPage: 0.4,
  refusedEntries: 0.1,
  // Deliveries.
  duplicateEvent: 0.2,
  lateEvent: 0.2,
  firedTwice: 0.5,
  // Processes, at each of their points or each of their starts.
  killed: 0.008,
  frozen: 0.008,
  clockJump: 0.005,
  skew: 0.7,
  timedOut: 0.3,
  // The catalog, each half minute.
  leaseLost: 0.1,
  poisonedQuota: 0.1,
} as const;

export type FaultKind = keyof typeof faultKinds;

export const allFaultKinds = Object.keys(faultKinds) as FaultKind[];
