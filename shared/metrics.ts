import { Metrics } from '@aws-lambda-powertools/metrics';

/** What a function counts, written to its log as CloudWatch's embedded metrics at the end of an invocation. */
export const metrics = new Metrics();
