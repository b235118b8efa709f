import type { Model, Step } from './explore.ts';
import { firstState, idle, keyOf, type Request, type Rules, type State, tick, type Worker } from './state.ts';
import { workSteps } from './worker.ts';

/**
 * The protocol that makes one backup of one table in one run (docs/decisions/0005-a-run.md), for several deliveries of
 * the run at once, without what it does not rest on: no driver's lease, no slots, no deadline. Nothing bounds the number
 * of crashes, lost requests and pauses, nor how long one is.
 */
export function protocol(rules: Rules): Model<State> {
  return {
    initial: firstState(rules),
    stepsOf: (state) => stepsOf(rules, state),
    keyOf,
    isWrong: ({ backups }) => backups.length > 1,
    isEnd: ({ entry }) => entry.state === 'CREATING',
  };
}

/** Without faults nobody stands still while he can do something, and what somebody waits for arrives at once. */
function stepsOf(rules: Rules, state: State): Step<State>[] {
  const work = state.workers.flatMap((_, index) => workSteps(rules, state, index));
  const isBusy = work.length > 0 || state.requests.some(({ from }) => from >= 0);
  const steps = [
    ...work,
    ...state.requests.flatMap((request) => arrivals(rules, state, request)),
    ...state.workers.flatMap((_, index) => deaths(rules, state, index)),
  ];
  for (const step of steps) step.to = withoutIdleRequests(rules, step.to);
  return [...steps, { label: 'time passes', to: tick(state, rules), isFault: isBusy }];
}

/** A request arrives, or it is lost, or its answer is; CreateBackup may be throttled. */
function arrivals(rules: Rules, state: State, request: Request): Step<State>[] {
  const { from, kind } = request;
  const without = { ...state, requests: state.requests.filter((other) => other !== request) };
  const { applied, answer } = effect(rules, without, request);
  if (from < 0) return [{ label: `late ${kind} arrives`, to: applied, isFault: false }];

  const told = (to: State, worker: Worker) => ({ ...to, workers: to.workers.with(from, worker) });
  const steps = [
    { label: `${from} ${kind} arrives`, to: told(applied, answer), isFault: false },
    { label: `${from} ${kind} arrives, its answer is lost`, to: applied, isFault: true },
    { label: `${from} ${kind} is lost`, to: without, isFault: true },
  ];
  if (kind !== 'create') return steps;
  const refused: Worker = { ...(state.workers[from] ?? idle), at: 'claimed' };
  return [...steps, { label: `${from} create is throttled`, to: told(without, refused), isFault: true }];
}

/** What a request does to the entry or to the table, and where its sender is when he hears of it. */
function effect(rules: Rules, state: State, request: Request): { applied: State; answer: Worker } {
  const { entry } = state;
  const worker = state.workers[request.from] ?? idle;
  if (request.kind === 'create') {
    return { applied: { ...state, backups: [...state.backups, 0] }, answer: { ...worker, at: 'made' } };
  }
  if (!isGranted(rules, entry, request)) return { applied: state, answer: idle };
  if (request.kind === 'record') {
    return { applied: { ...state, entry: { ...entry, state: 'CREATING', leaseUntil: 0 } }, answer: idle };
  }
  const attempt = entry.attempt + 1;
  const leaseUntil = request.stamp + rules.lease;
  const mustLook = (rules.claimsBeforeItLooks || rules.without === 'settling before the claim') && entry.attempt > 0;
  return {
    applied: { ...state, entry: { state: 'STARTING', attempt, leaseUntil } },
    answer: { ...worker, at: mustLook && request.kind === 'claim' ? 'settling' : 'claimed', attempt, leaseUntil },
  };
}

/** The condition of a write to the entry. */
function isGranted({ without }: Rules, entry: State['entry'], { kind, attempt }: Request): boolean {
  if (entry.state === 'CREATING') return false;
  return attempt === entry.attempt || (without === 'own attempt' && kind !== 'claim');
}

/** A worker dies, or gives up waiting too early. Its request may arrive later. */
function deaths(rules: Rules, state: State, index: number): Step<State>[] {
  const { workers, requests } = state;
  const mine = requests.findIndex(({ from }) => from === index);
  const sent = requests[mine];
  const dies = { label: `${index} dies`, isFault: true };
  const left = workers.with(index, idle);
  if (workers[index]?.at === 'idle') return [];
  if (sent === undefined) return [{ ...dies, to: { ...state, workers: left } }];
  if (requests.filter(({ from }) => from < 0).length >= rules.late) return [];
  return [{ ...dies, to: { ...state, workers: left, requests: requests.with(mine, { ...sent, from: -1 }) } }];
}

/** Writes that nobody waits for, and that will be refused, need not arrive. */
function withoutIdleRequests(rules: Rules, state: State): State {
  const isIdle = (request: Request) =>
    request.from < 0 && request.kind !== 'create' && !isGranted(rules, state.entry, request);
  return state.requests.some(isIdle) ? { ...state, requests: state.requests.filter((one) => !isIdle(one)) } : state;
}
