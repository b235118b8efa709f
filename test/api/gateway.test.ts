import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Packaged, packageService } from '../../deploy/package.ts';
import type { Rights } from '../../shared/api/route.ts';
import { routes } from '../../shared/api/routes.ts';
import { type Deployed, deploy } from '../deploy/deployed.ts';
import { type ApiRequest, callApi, type Keys } from '../local/apigateway-client.ts';

/** The packaged service behind the local AWS's gateway, called with signatures. */
let packaged: Packaged;
let deployed: Deployed;
let url: string;

beforeAll(async () => {
  packaged = await packageService();
  deployed = await deploy(packaged);
  url = `https://${deployed.physicalId('HttpApi')}.execute-api.us-east-1.amazonaws.com`;
});
afterAll(() => {
  deployed?.end();
  packaged?.remove();
});

const call = ({ path = '', ...request }: Partial<ApiRequest> & { path?: string }) =>
  deployed.whenDone(callApi(deployed.aws, { url: `${url}${path}`, ...request }));

const policies: Record<Rights, string> = {
  read: 'ApiReadPolicy',
  operate: 'ApiOperatePolicy',
  administer: 'ApiAdministerPolicy',
};
const rights = Object.keys(policies) as Rights[];

/** Keys of a role that has the policies of these rights. */
function keysWith(name: string, ...had: Rights[]): Keys {
  const { iam } = deployed.aws;
  const { arn } = iam.putRole({
    account: '123456789012',
    name,
    trust: { Version: '2012-10-17', Statement: [] },
    managedPolicies: had.map((right) => deployed.physicalId(policies[right])),
  });
  return iam.openSession(arn, 'session', 3600);
}

const examples: Record<string, string> = {
  account: '123456789012',
  region: 'us-east-1',
  plan: 'nightly',
  stamp: '20260131T020000Z',
  date: '2026-01-31',
  task_id: 'restore-0123456789abcdef',
};
const uuid = '497f6eca-6276-8993-bfeb-53cbbbba6f08';
const pathOf = (path: string) => path.replaceAll(/:(\w+)/g, (_, name: string) => examples[name] ?? uuid);

describe('rights', () => {
  test('with the policy of one right, the routes of that right can be called, and no others', async () => {
    const wrong: string[] = [];
    for (const had of rights) {
      const credentials = keysWith(`may-${had}`, had);
      for (const { method, path, rights: needed } of routes) {
        const { status } = await call({ method, path: pathOf(path), credentials });
        const isRefused = status === 403;
        if (isRefused === (had === needed) || status >= 500) wrong.push(`${had}: ${method} ${path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('without a policy, unsigned or signed wrongly, every route is refused by the gateway', async () => {
    const nobody = keysWith('may-nothing');
    const wrongly = { ...keysWith('may-all', ...rights), secretAccessKey: 'guessed' };
    const answered: string[] = [];
    for (const credentials of [nobody, null, wrongly]) {
      for (const { method, path } of routes) {
        const { status, text } = await call({ method, path: pathOf(path), credentials });
        if (status !== 403 || text !== '{"message":"Forbidden"}') answered.push(`${method} ${path}: ${status}`);
      }
    }
    expect(answered).toEqual([]);
  });

  test('a path that is rewritten on its way opens no other route', async () => {
    const credentials = keysWith('may-operate', 'operate');
    const body = JSON.stringify({ reason: 'x' });
    for (const path of [`/v1/backups/${uuid}/release%2Fhold`, `/v1/backups/${uuid}%2Frelease%3F/hold`]) {
      const { status } = await call({ method: 'POST', path, body, credentials });
      expect([400, 403, 404, 405]).toContain(status);
    }
  });
});

test('a backup that is asked for begins, in the name of the signed caller', async () => {
  const credentials = keysWith('operator', 'operate', 'read');
  const headers = { 'content-type': 'application/json' };
  const asked = await call({
    method: 'POST',
    path: '/v1/backups',
    headers,
    body: JSON.stringify({ tables: ['orders'], reason: 'before the migration' }),
    credentials,
  });
  expect(asked.status).toBe(202);
  const [id] = asked.json().runs as string[];
  await deployed.clock.run(deployed.clock.now() + 120_000);
  const run = await call({ path: `/v1/runs/${id}`, credentials });
  expect(run.json()).toMatchObject({
    id,
    reason: 'before the migration',
    requester: { name: expect.stringContaining('assumed-role/operator/session'), kind: 'verified' },
  });
});

test('the document that is served is the one in the repository', async () => {
  const { status, json, headers } = await call({ path: '/openapi.json' });
  expect(status).toBe(200);
  expect(headers['x-request-id']).toBe(headers['apigw-requestid']);
  const kept = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
  expect(json()).toEqual(kept);
});
