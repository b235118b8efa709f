import { inWords, isToBeGoneOnWith, type Rule } from './scene.ts';

/** Promise 5: the checks that the local AWS makes on names stand behind it, as AWS's own do. */
const oneTable: Rule = {
  name: 'a request makes one table at most, and has one end',
  atEnd({ truth, installations }) {
    for (const { catalog } of installations) {
      for (const [key, task] of truth.items(catalog, (key) => key.startsWith('task#restore-'))) {
        if (!['COMPLETED', 'FAILED'].includes(String(task.state))) return `${key} is ${inWords(task)}`;
        const { tableName } = (task.plan as { target: { tableName: string } } | undefined)?.target ?? { tableName: '' };
        const made = truth.made.filter(({ name }) => name === tableName).length;
        const completed = truth
          .items(catalog, (other) => other.startsWith('task#restore-'))
          .filter(([, { plan, state }]) => {
            const target = (plan as { target: { tableName: string } } | undefined)?.target;
            return state === 'COMPLETED' && target?.tableName === tableName;
          }).length;
        if (made > 1 || completed > made) return `${tableName} was made ${made} times for ${completed} ends`;
      }
    }
    return undefined;
  },
};

const oneEnd: Rule = {
  name: 'a task is told to have ended once, in one way, after it has',
  atEnd({ truth, installations }) {
    for (const { catalog, factsBus } of installations) {
      for (const [key, task] of truth.items(catalog, (key) => /^task#(restore|export)-/.test(key))) {
        const ends = truth.facts.filter(
          ({ bus, type, detail }) =>
            bus === factsBus && /^(Restore|Export) (Completed|Failed)$/.test(type) && detail.task === task.id,
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

export const rulesOfTasks = (): Rule[] => [oneTable, oneEnd, nothingDue];
