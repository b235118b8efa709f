import { crashTests } from './crash-tests.ts';

crashTests('restore', { operations: [], points: 100, sleeps: 0, goneOnWith: 0, pairs: 12 });
