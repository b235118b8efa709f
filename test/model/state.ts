/** What the protocol is checked with. All times are in ticks. */
export interface Rules {
  /** How far each worker's clock is before AWS's; there are as many workers, each one delivery of the same run. */
  clocks: number[];
  /** So many requests that nobody waits for any more may be on their way at once. */
  late: number;
  lease: number;
  timeout: number;
  /** AWS refuses an older signature. */
  oldest: number;
  listLag: number;
  settle: number;
  /** The order of design: claim what has settled, then look; our code looks first and claims then. */
  claimsBeforeItLooks?: boolean;
  /** The safeguard that is left out or done wrongly. */
  without?: Safeguard;
}

export type Safeguard =
  | 'lease'
  | 'settling'
  | 'fence'
  | 'fence after signing'
  | 'look'
  | 'own attempt'
  | 'one request per claim'
  | 'settling before the claim';

/** In reality 60, 10, 300, 30 and 335 seconds, and clocks that differ by up to five. */
export const asItIs: Rules = { clocks: [0, 1], late: 1, lease: 2, timeout: 1, oldest: 4, listLag: 1, settle: 6 };

export interface Worker {
  at: 'idle' | 'looking' | 'clear' | 'claiming' | 'settling' | 'claimed' | 'fenced' | 'sending' | 'made' | 'recording';
  /** The attempt that it read of, or its own. */
  attempt: number;
  /** When its claim ends; from now, by AWS's clock, as all times of a state. Negative has passed. */
  leaseUntil: number;
  /** When the attempt before its own has settled: only where it claims first and settles then. */
  settledAt: number;
}

/** A call on its way to the catalog or to DynamoDB. */
export interface Request {
  kind: 'claim' | 'renew' | 'create' | 'record';
  /** Who waits for the answer; -1 when nobody does any more. */
  from: number;
  attempt: number;
  /** When it was signed. */
  stamp: number;
}

export interface State {
  entry: { state: 'PENDING' | 'STARTING' | 'CREATING'; attempt: number; leaseUntil: number };
  workers: Worker[];
  requests: Request[];
  /** The age of each backup at AWS. */
  backups: number[];
}

export const idle: Worker = { at: 'idle', attempt: 0, leaseUntil: 0, settledAt: 0 };

export function firstState({ clocks }: Rules): State {
  const entry = { state: 'PENDING' as const, attempt: 0, leaseUntil: 0 };
  return { entry, workers: clocks.map(() => idle), requests: [], backups: [] };
}

/** A tick later. Where more of it makes no difference, time stands still, so that there are finitely many states. */
export function tick({ entry, workers, requests, backups }: State, rules: Rules): State {
  const slowest = Math.min(...rules.clocks);
  const before = (at: number, longAgo: number) => Math.max(longAgo, at - 1);
  return {
    entry: { ...entry, leaseUntil: before(entry.leaseUntil, slowest - rules.settle) },
    workers: workers.map((worker) => ({
      ...worker,
      leaseUntil: before(worker.leaseUntil, slowest + rules.timeout - 1),
      settledAt: before(worker.settledAt, slowest),
    })),
    requests: requests
      .map((request) => ({ ...request, stamp: request.stamp - 1 }))
      .filter(({ stamp }) => stamp >= -rules.oldest),
    backups: backups.map((age) => Math.min(rules.listLag, age + 1)),
  };
}

/**
 * What the behaviour of a state depends on. Of an attempt that is only whether it is the entry's last one; of a time,
 * nothing where it is not looked at any more.
 */
export function keyOf({ entry, workers, requests, backups }: State): string {
  const isLast = (attempt: number) => (attempt === entry.attempt ? '!' : '');
  const parts = workers.map(({ at, attempt, leaseUntil, settledAt }, index) => {
    if (at === 'idle') return '.';
    const lease = at === 'claimed' || at === 'sending' || at === 'settling' ? leaseUntil : '';
    const request = requests.find(({ from }) => from === index);
    const sent = request === undefined ? '' : `${request.kind[2]}${request.stamp}`;
    return `${at[0]}${at[1]}${isLast(attempt)}${lease}${at === 'settling' || at === 'claiming' ? `/${settledAt}` : ''}${sent}`;
  });
  const late = requests
    .filter(({ from }) => from < 0)
    .map(({ kind, stamp, attempt }) => `${kind[2]}${isLast(attempt)}${stamp}`);
  return `${entry.state[0]}${entry.leaseUntil} ${parts.join(' ')}|${late.sort().join(' ')}|${backups}`;
}
