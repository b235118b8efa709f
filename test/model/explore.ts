/** One thing that can happen in a state. */
export interface Step<State> {
  label: string;
  to: State;
  /** What happens only while there are faults; the other steps are those of a world where everything goes on. */
  isFault: boolean;
}

/** Something that goes through states, of which all are looked at. */
export interface Model<State> {
  initial: State;
  stepsOf(state: State): Step<State>[];
  /** States of one key behave alike, and are looked at once. */
  keyOf(state: State): string;
  isWrong(state: State): boolean;
  isEnd(state: State): boolean;
}

export interface Found {
  states: number;
  steps: number;
  /** False when the bound came first. */
  isWhole: boolean;
  /** The shortest history that leads to a wrong state. */
  wrong?: string[];
  /** The shortest history after which some path without faults has no end, and where that path goes round and round. */
  endless?: { history: string[]; loop: string[] };
}

/**
 * Looks at every state that can be reached, nearest first, and stops at the first wrong one. When all were seen, it
 * looks for states from which some path without further faults never comes to an end (`liveness`).
 */
export function explore<State>(model: Model<State>, bound = Number.POSITIVE_INFINITY): Found {
  const ids = new Map<string, number>([[model.keyOf(model.initial), 0]]);
  const cameFrom = [-1];
  const cameBy = [''];
  const ends = [model.isEnd(model.initial)];
  const fair: Steps = { from: [], to: [], by: [] };
  let steps = 0;

  const historyOf = (id: number): string[] => {
    const history: string[] = [];
    for (let at = id; at > 0; at = cameFrom[at] ?? 0) history.unshift(cameBy[at] ?? '');
    return history;
  };
  const found = () => ({ states: ids.size, steps });

  let [ring, firstOfRing] = [[model.initial], 0];
  while (ring.length > 0) {
    const next: State[] = [];
    const firstOfNext = ids.size;
    for (const [index, state] of ring.entries()) {
      const from = firstOfRing + index;
      for (const { label, to, isFault } of model.stepsOf(state)) {
        steps++;
        const key = model.keyOf(to);
        let id = ids.get(key);
        if (id === undefined) {
          if (ids.size >= bound) return { ...found(), isWhole: false };
          id = ids.size;
          ids.set(key, id);
          cameFrom.push(from);
          cameBy.push(label);
          ends.push(model.isEnd(to));
          next.push(to);
          if (model.isWrong(to)) return { ...found(), isWhole: false, wrong: historyOf(id) };
        }
        if (isFault || ends[from]) continue;
        fair.from.push(from);
        fair.to.push(id);
        fair.by.push(label);
      }
    }
    [ring, firstOfRing] = [next, firstOfNext];
  }
  const endless = neverEnding(ends, fair);
  if (endless === undefined) return { ...found(), isWhole: true };
  return { ...found(), isWhole: true, endless: { history: historyOf(endless.first), loop: endless.loop } };
}

/** Steps of a kind, one in each place of the three. */
interface Steps {
  from: number[];
  to: number[];
  by: string[];
}

/**
 * The first state that is not among those from which every path comes to an end, and a loop that a path from there
 * leads into. Those are the ends, and then, again and again, whatever has steps and all of them into states that are
 * found already: neither a state that stands still nor one on a cycle is ever among them.
 */
function neverEnding(ends: boolean[], steps: Steps): { first: number; loop: string[] } | undefined {
  const stepsLeft = new Int32Array(ends.length);
  const lastInto = new Int32Array(ends.length).fill(-1);
  const nextInto = new Int32Array(steps.to.length);
  for (const [step, target] of steps.to.entries()) {
    const source = steps.from[step] ?? 0;
    stepsLeft[source] = (stepsLeft[source] ?? 0) + 1;
    nextInto[step] = lastInto[target] ?? -1;
    lastInto[target] = step;
  }
  const comesToAnEnd = Uint8Array.from(ends, Number);
  const found = [...ends.keys()].filter((id) => ends[id]);
  for (let id = found.pop(); id !== undefined; id = found.pop()) {
    for (let step = lastInto[id] ?? -1; step !== -1; step = nextInto[step] ?? -1) {
      const source = steps.from[step] ?? 0;
      const left = (stepsLeft[source] ?? 0) - 1;
      stepsLeft[source] = left;
      if (left > 0) continue;
      comesToAnEnd[source] = 1;
      found.push(source);
    }
  }
  const first = comesToAnEnd.indexOf(0);
  return first === -1 ? undefined : { first, loop: loopFrom(first, steps, (id) => comesToAnEnd[id] === 0) };
}

/** Goes from state to state that has no sure end until one comes again. Empty where a state has no step at all. */
function loopFrom(first: number, { from, to, by }: Steps, isEndless: (id: number) => boolean): string[] {
  const onward = new Map<number, number>();
  for (const [step, source] of from.entries()) if (isEndless(to[step] ?? 0)) onward.set(source, step);
  const seen = new Map<number, number>();
  const labels: string[] = [];
  for (let at = first; ; ) {
    const before = seen.get(at);
    if (before !== undefined) return labels.slice(before);
    seen.set(at, labels.length);
    const step = onward.get(at);
    if (step === undefined) return [];
    labels.push(by[step] ?? '');
    at = to[step] ?? 0;
  }
}
