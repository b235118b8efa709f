// osls takes named functions from JavaScript only; Node reads the TypeScript behind them itself.
import * as parameters from './parameters.ts';

export const { exportBuckets, importBuckets, notices, ofMembers, outwardRestores, requests } = parameters;
