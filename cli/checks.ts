import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { paginateListSchedules, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { loadPlans, plansFile } from '../deploy/plans/file.ts';
import { type Plan, targetsOf } from '../shared/plan.ts';
import type { Api } from './api.ts';
import type { Connection } from './connection.ts';
import { Stop } from './exit.ts';
import { span } from './times.ts';
import { counted } from './words.ts';

/** Lambda and DynamoDB refuse signatures that are five minutes off; the service's own workers stop at two seconds. */
const mostSkewMs = 60_000;

/** Each of these resolves with what is well, and throws what is wrong and what to do about it. */
export type Check = (here: Connection, api: () => Promise<Api>) => Promise<string>;

export async function credentials({ clients }: Connection): Promise<string> {
  const { Arn = '' } = await new STSClient(clients).send(new GetCallerIdentityCommand({}));
  return Arn;
}

export async function stack({ clients, stack, region, outputs }: Connection): Promise<string> {
  await outputs();
  const { Stacks } = await new CloudFormationClient(clients).send(new DescribeStacksCommand({ StackName: stack }));
  const status = Stacks?.[0]?.StackStatus ?? 'unknown';
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return `${stack} in ${region} is ${status}`;
  throw new Error(`${stack} in ${region} is ${status}; look at its events in CloudFormation, and deploy again.`);
}

/** A schedule that somebody has switched off, or deleted beside CloudFormation, starts nothing and tells nobody. */
export async function schedules({ clients, stack }: Connection): Promise<string> {
  const resources: StackResourceSummary[] = [];
  const cloudFormation = new CloudFormationClient(clients);
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stack }))
    resources.push(...(page.StackResourceSummaries ?? []));
  const idsOf = (type: string) =>
    resources.flatMap(({ ResourceType, PhysicalResourceId: id }) => (ResourceType === type && id ? [id] : []));
  const states = new Map<string, string>();
  const scheduler = new SchedulerClient(clients);
  for (const GroupName of idsOf('AWS::Scheduler::ScheduleGroup'))
    for await (const page of paginateListSchedules({ client: scheduler }, { GroupName }))
      for (const { Name = '', State = '' } of page.Schedules ?? []) states.set(Name, State);
  const expected = idsOf('AWS::Scheduler::Schedule').map((id) => id.split(/[/|]/).at(-1) ?? id);
  const wrong = expected.filter((name) => states.get(name) !== 'ENABLED');
  if (wrong.length === 0) return `${counted(expected.length, 'schedule')}, all on`;
  const list = wrong.map((name) => `${name} is ${states.get(name)?.toLowerCase() ?? 'gone'}`);
  throw new Error(`${list.join(', ')}; switch it on in EventBridge Scheduler, or deploy again.`);
}

interface Health {
  status: 'ok' | 'late';
  account: string;
  region: string;
  plans: number;
  targets: { account: string; region: string; isDeployed: boolean; auditedAt?: string }[];
}

/** A target that is not audited is one whose roles do not let the service in, or one of a service that stands still. */
export async function targets(_here: Connection, api: () => Promise<Api>): Promise<string> {
  const { status, plans, targets } = await (await api()).get<Health>('/v1/health');
  const deployed = targets.filter(({ isDeployed }) => isDeployed);
  const all = `${counted(plans, 'plan')}, ${counted(deployed.length, 'target')}`;
  if (status === 'ok') return `${all}, each audited lately`;
  const late = deployed.map(
    ({ account, region, auditedAt }) =>
      `${account}/${region} ${auditedAt === undefined ? 'never' : `${span(Date.now() - Date.parse(auditedAt))} ago`}`,
  );
  throw new Error(
    `Targets were audited: ${late.join(', ')}. The audit comes every hour: look at its log, and for a member account at its roles (deploy/member-account.yml).`,
  );
}

/** What the API tells of a plan, as far as plans.yml says it. */
type Deployed = Pick<Plan, (typeof told)[number]> & { targets: { account: string; region: string }[] };

const told = [
  ...(['name', 'schedule', 'timezone', 'enabled', 'tables', 'keep'] as const),
  ...(['deadlineMs', 'startWithinMs', 'overlap', 'rpoMs', 'ratePerSecond'] as const),
];

/** What somebody has written into the file acts only once it is deployed. */
export const plansAsIn =
  (file = plansFile): Check =>
  async (_here, api) => {
    const service = await api();
    const { plans } = await service.get<{ plans: Deployed[] }>('/v1/plans');
    const { account, region } = await service.get<Health>('/v1/health');
    const written = new Map(loadPlans(resolve(file)).map((plan) => [plan.name, plan]));
    const deployed = new Map(plans.map((plan) => [plan.name, plan]));
    const fieldsApart = (plan: Plan, other: Deployed) => [
      ...told.filter((field) => !isDeepStrictEqual(plan[field], other[field])).map((field) => field.replace(/Ms$/, '')),
      ...(isDeepStrictEqual(targetsOf(plan, { account, region }), other.targets) ? [] : ['targets']),
    ];
    const apart = [...new Set([...written.keys(), ...deployed.keys()])].flatMap((name) => {
      const [plan, other] = [written.get(name), deployed.get(name)];
      if (plan === undefined) return [`${name} is deployed, and not in the file`];
      if (other === undefined) return [`${name} is in the file, and not deployed`];
      const fields = fieldsApart(plan, other);
      return fields.length === 0 ? [] : [`${name} is deployed with other ${fields.join(', ')}`];
    });
    if (apart.length === 0) return `${counted(plans.length, 'plan')}, deployed as in ${file}`;
    throw new Error(`${apart.join('; ')}. Deploy ${file}, or look at the right one with --file.`);
  };

/** A body that is no request is refused with 400 where the right is there, and by the gateway with 403 where it is not. */
export const right =
  (path: string, may: string): Check =>
  async (_here, api) => {
    const refusal = await (await api()).post(path, {}).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal instanceof Stop && refusal.status === 400) return `there: ${may}`;
    if (refusal instanceof Stop && refusal.status === 403)
      throw new Error(`Missing: ${may}. Attach the policy of the stack's outputs if you need it.`);
    throw refusal;
  };

export async function clock({ outputs }: Connection): Promise<string> {
  const { ApiUrl = '' } = await outputs();
  const before = Date.now();
  const { headers } = await fetch(ApiUrl);
  const middle = (before + Date.now()) / 2;
  const said = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(said)) throw new Error('The API tells no time.');
  // The header has whole seconds.
  const offMs = Math.max(0, Math.abs(middle - said - 500) - 500);
  if (offMs < mostSkewMs) return `within ${span(Math.max(1000, offMs))} of AWS's`;
  throw new Error(`This machine's clock is ${span(offMs)} off; set it, as signatures are refused.`);
}

export async function deadLetters({ clients, outputs }: Connection): Promise<string> {
  const { DeadLettersUrl } = await outputs();
  const { Attributes } = await new SQSClient(clients).send(
    new GetQueueAttributesCommand({ QueueUrl: DeadLettersUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  if (waiting === 0) return 'none';
  throw new Error(`${waiting} events could not be delivered; the audit reads them within the hour and tells of them.`);
}

/** Without these nothing else answers. */
export const needed: [name: string, check: Check][] = [
  ['credentials', credentials],
  ['stack', stack],
];

/** Looked at when those are well. */
export const others: [name: string, check: Check][] = [
  ['schedules', schedules],
  ['targets', targets],
  ['right to operate', right('/v1/runs', 'backups, restores, putting holds')],
  ['right to administer', right('/v1/exports', 'deletes, lifting holds, exports, imports')],
  ['clock', clock],
  ['dead letters', deadLetters],
];
