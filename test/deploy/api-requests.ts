import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { inProcess } from '../../local/transport.ts';
import { callApi } from '../local/apigateway-client.ts';
import type { Deployed } from './deployed.ts';

const hour = 3_600_000;

/**
 * Somebody reads what the API tells in each of its ways, wishes for a backup, holds it, and cancels by hand a run that
 * is over: the statuses of the API's answers.
 */
export async function apiRequests({ aws, clock, whenDone, physicalId, outputs }: Deployed): Promise<number[]> {
  const statuses: number[] = [];
  const ask = async (method: string, path: string, body?: object) => {
    const json = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await whenDone(callApi(aws, { method, url: `${outputs.ApiUrl}${path}`, ...json }));
    statuses.push(answer.status);
    return answer.json();
  };
  for (const list of ['health', 'tables', 'runs', 'tasks']) await ask('GET', `/v1/${list}`);
  await ask('GET', '/api/v1/dynamoDb/restorePoints?Sort=sizeDesc');
  const { runs } = await ask('POST', '/v1/backups', { tables: ['table-1'], reason: 'before the release' });
  await clock.run(clock.now() + hour);
  const { backups } = await ask('GET', '/v1/backups?limit=1');
  await ask('POST', `/v1/backups/${(backups as { id: string }[])[0]?.id}/hold`, { reason: 'case 4711' });
  const run = (runs as string[])[0];
  const tooLate = new InvokeCommand({
    FunctionName: physicalId('StartDashrunLambdaFunction'),
    Payload: JSON.stringify({ cancel: { run, reason: 'too late' } }),
  });
  const credentials = { accessKeyId: 'administrator', secretAccessKey: 'any' };
  await whenDone(new LambdaClient({ region: 'us-east-1', credentials, requestHandler: inProcess(aws) }).send(tooLate));
  await clock.run(clock.now() + hour / 6);
  return statuses;
}
