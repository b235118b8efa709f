import { schedulesFrom } from './schedules.ts';

schedulesFrom(1501);
