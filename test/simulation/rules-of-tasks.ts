import { inWords, isToBeGoneOnWith, type Rule } from './scene.ts';

const oneEnd: Rule = {
  name: 'a task is told to have ended once, in one way, after it has',
  atEnd({ truth, installations }) {
    for (const { catalog, factsBus } of installations) {
      for (const [key, task] of truth.items(catalog, (key) => /^task#(restore|export|import)-/.test(key))) {
        const ends = truth.facts.filter(
          ({ bus, type, detail }) =>
            bus === factsBus && /^(Restore|Export|Import) (Completed|Failed)$/.test(type) && detail.task === task.id,
        );
        const ids = new Set(ends.map(({ detail }) => detail.id));
        if (task.id !== undefined && ids.size !== 1 && !key.includes('export-round')) {
          return `${key} (${String(task.state)}) was told to have ended as ${[...ids].join(' and ') || 'nothing'}`;
        }
      }
    }
    return undefined;
  },
};

/** Whatever is due is gone on with until it is not due any more. */
const nothingDue: Rule = {
  name: 'once AWS makes no more trouble, all work comes to its end',
  atEnd({ truth, installations }) {
    for (const { catalog } of installations) {
      const due = truth.items(catalog, () => true).find(([, item]) => isToBeGoneOnWith(item));
      if (due !== undefined) return `${due[0]} is due still: ${inWords(due[1])}`;
    }
    return undefined;
  },
};

export const rulesOfTasks = (): Rule[] => [oneEnd, nothingDue];
