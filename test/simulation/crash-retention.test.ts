import { crashTests } from './crash-tests.ts';

crashTests('retention', { operations: [], points: 100, sleeps: 0, goneOnWith: 0, pairs: 12 });
