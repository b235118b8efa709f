import { isBackup, type Rule } from './scene.ts';

const minuteMs = 60_000;

/** What one process of a small story does in a busy minute, several times over; a loop that does not wait does it in a second. */
const callsPerMinute = 400;
const callsPerTable = 40;

function neverBusy(): Rule {
  const sent = new Map<string, number>();
  return {
    name: 'no installation makes calls without end',
    onSent(_operation, at, by) {
      const minute = `${by} ${Math.floor(at / minuteMs)}`;
      const calls = (sent.get(minute) ?? 0) + 1;
      sent.set(minute, calls);
      return undefined;
    },
    atEnd({ story }) {
      const most = Math.max(0, ...sent.values());
      const limit = callsPerMinute + callsPerTable * story.tables.length;
      return most > limit ? `${most} calls in a minute, and ${limit} are enough` : undefined;
    },
  };
}

/** Requests of processes that have died. */
const lateCalls = 2;

/** A heartbeat asks the catalog what is due, and nothing else. */
function idleIsCheap(): Rule {
  const sent: number[] = [];
  return {
    name: 'while nothing goes on, only the heartbeat looks',
    onSent(_operation, at) {
      sent.push(at);
      return undefined;
    },
    atEnd(scene) {
      const { story, installations } = scene;
      const lately = sent.filter((at) => at > scene.now() - minuteMs).length;
      const beats = installations.length * Math.ceil(minuteMs / story.heartbeatMs);
      return lately > beats + lateCalls
        ? `${lately} calls in a minute in which nothing went on, and ${beats} heartbeats`
        : undefined;
    },
  };
}

/** STARTING, CREATING, AVAILABLE, DELETING, DELETED. */
const states = 5;

/** Each is a unit, unless it has more than a kilobyte: with the run's own writes there are four for each backup (bench/). */
function fewWrites(): Rule {
  const writes = new Map<string, number>();
  return {
    name: 'where nothing goes wrong, an entry is written once for each of its states',
    onEffect({ write, isByService }, { story }) {
      if (write === undefined || !isByService || !isBackup(write.key)) return undefined;
      const written = (writes.get(write.key) ?? 0) + 1;
      writes.set(write.key, written);
      // Two installations throttle each other.
      const isCalm = Object.keys(story.faults).length === 0 && story.installations === 1;
      // What is done at a call holds that call up, so that a slot may be missed.
      const deeds = story.acts.filter((act) => act.do !== 'fire' || act.at !== undefined).length;
      return isCalm && written > states + 2 * deeds ? `${write.key} was written ${written} times` : undefined;
    },
  };
}

export const rulesOfCost = (): Rule[] => [neverBusy(), idleIsCheap(), fewWrites()];
