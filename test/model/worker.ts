import type { Step } from './explore.ts';
import { idle, type Request, type Rules, type State, type Worker } from './state.ts';

/** What a worker can do next of its own accord; nothing while it waits for an answer or for time to pass. */
export function workSteps(rules: Rules, state: State, index: number): Step<State>[] {
  const worker = state.workers[index] ?? idle;
  const clock = rules.clocks[index] ?? 0;
  const step = (label: string, change: Partial<Worker>, sends?: Request['kind']): Step<State> => {
    const changed = { ...worker, ...change };
    const sent = sends && { kind: sends, from: index, attempt: changed.attempt, stamp: clock };
    const requests = sent === undefined ? state.requests : [...state.requests, sent];
    return {
      label: `${index} ${label}`,
      to: { ...state, workers: state.workers.with(index, changed), requests },
      isFault: false,
    };
  };
  const isOnItsWay = () => state.requests.some(({ from }) => from === index);
  return ways[worker.at]({ rules, state, worker, clock, step, isOnItsWay });
}

interface Here {
  rules: Rules;
  state: State;
  worker: Worker;
  clock: number;
  step(label: string, change: Partial<Worker>, sends?: Request['kind']): Step<State>;
  /** Its request. */
  isOnItsWay(): boolean;
}

const ways: Record<Worker['at'], (here: Here) => Step<State>[]> = {
  idle(here) {
    const { rules, state, clock, step } = here;
    const { entry } = state;
    const knows = { attempt: entry.attempt };
    if (entry.state === 'CREATING') return [];
    if (entry.state === 'PENDING') return [step('claims', { ...knows, at: 'claiming' }, 'claim')];
    const sees = found(here, 'sees the backup', knows);
    if (clock < takenFrom(rules, entry.leaseUntil)) return sees;
    if (rules.claimsBeforeItLooks || rules.without === 'settling before the claim') {
      const settledAt = Math.max(Math.min(...rules.clocks), entry.leaseUntil + rules.settle);
      return [...sees, step('claims', { ...knows, at: 'claiming', settledAt }, 'claim')];
    }
    return [...sees, step('reads the entry', { ...knows, at: rules.without === 'look' ? 'clear' : 'looking' })];
  },
  looking: (here) => looks(here, { at: 'clear' }),
  clear: ({ step }) => [step('claims', { at: 'claiming' }, 'claim')],
  settling: (here) => (here.clock < here.worker.settledAt ? [] : looks(here, { at: 'claimed' })),
  claimed({ rules, worker, clock, step }) {
    const isInTime = clock <= worker.leaseUntil - rules.timeout;
    if (isInTime && rules.without === 'fence after signing') return [step('passes the fence', { at: 'fenced' })];
    if (isInTime || rules.without === 'fence') return [step('signs and sends', { at: 'sending' }, 'create')];
    // Nothing was made under it.
    return [step('renews its claim', { at: 'claiming' }, 'renew')];
  },
  fenced: ({ step }) => [step('signs and sends', { at: 'sending' }, 'create')],
  made: ({ step }) => [step('records', { at: 'recording' }, 'record')],
  claiming: hearsNothing,
  recording: hearsNothing,
  sending: hearsNothing,
};

/** From when on an entry that is STARTING may be taken. */
function takenFrom({ settle, without }: Rules, leaseUntil: number): number {
  if (without === 'lease') return Number.NEGATIVE_INFINITY;
  if (without === 'settling' || without === 'settling before the claim') return leaseUntil;
  return leaseUntil + settle;
}

/** The list shows a backup at once or only after its lag. */
function looks(here: Here, otherwise: Partial<Worker>): Step<State>[] {
  const { rules, state, step } = here;
  const mayBeHidden = state.backups.every((age) => age < rules.listLag);
  return [
    ...found(here, 'looks and finds the backup'),
    ...(mayBeHidden ? [step('looks and finds nothing', otherwise)] : []),
  ];
}

function found({ state, step }: Here, label: string, knows: Partial<Worker> = {}): Step<State>[] {
  return state.backups.length === 0 ? [] : [step(label, { ...knows, at: 'recording' }, 'record')];
}

/** Its request was lost, or the answer: whatever it asked for may have been done. */
function hearsNothing({ rules, worker, step, isOnItsWay }: Here): Step<State>[] {
  if (isOnItsWay()) return [];
  if (worker.at === 'sending' && rules.without === 'one request per claim') {
    return [step('hears nothing and sends again', { at: 'claimed' })];
  }
  return [step('hears nothing', idle)];
}
