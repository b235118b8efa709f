// osls takes named functions from JavaScript only; Node reads the TypeScript behind them itself.
import * as schedules from './schedules.ts';

export const { resources } = schedules;
