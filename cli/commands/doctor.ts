import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Command } from 'commander';
import { type Api, apiOf } from '../api.ts';
import { type Connection, whatWentWrong } from '../connection.ts';
import { Stop } from '../exit.ts';
import type { Context } from '../program.ts';
import { span } from '../times.ts';

const examples = `
Looks from outside and changes nothing. Ends with 3 when something is wrong.
Example:
  npx tablekeep doctor --profile ops --region eu-central-1`;

/** What was looked at: well, or what is wrong and what to do about it. */
interface Finding {
  check: string;
  isWell: boolean;
  says: string;
}

/** Lambda and DynamoDB refuse signatures that are five minutes off; the service's own workers stop at two seconds. */
const mostSkewMs = 60_000;

/** Is the stack healthy, are the clocks right, which rights are there? */
export const doctorCommand = ({ screen, found, connection }: Context): Command =>
  new Command('doctor')
    .description('look whether the service is well: stack, API, clocks, targets, dead letters, and your rights')
    .addHelpText('after', examples)
    .action(async (_options: object, command: Command) => {
      const here = await connection(command);
      const findings: Finding[] = [];
      const look = async (check: string, looking: () => Promise<string>) => {
        screen.progress(`${check} …`);
        const finding = await looking().then(
          (says) => ({ check, isWell: true, says }),
          (error: Error) => ({ check, isWell: false, says: whatWentWrong(error) }),
        );
        findings.push(finding);
        return finding.isWell;
      };
      await look('credentials', () => whoAmI(here));
      if (await look('stack', () => stateOfStack(here))) {
        if (await look('API', async () => healthOf(await apiOf(here)))) await lookAtRights(look, await apiOf(here));
        await look('clock', () => skewOf(here));
        await look('dead letters', () => deadLettersOf(here));
      }
      screen.json({ findings });
      screen.table(
        findings.map(({ check, isWell, says }) => ({
          check,
          is: isWell ? screen.colour('green', 'well') : screen.colour('red', 'wrong'),
          says,
        })),
      );
      if (findings.some(({ isWell }) => !isWell)) found('foundWrong');
    });

async function whoAmI({ clients }: Connection): Promise<string> {
  const { Arn = '' } = await new STSClient(clients).send(new GetCallerIdentityCommand({}));
  return Arn;
}

async function stateOfStack({ clients, stack, region, outputs }: Connection): Promise<string> {
  await outputs();
  const { Stacks } = await new CloudFormationClient(clients).send(new DescribeStacksCommand({ StackName: stack }));
  const status = Stacks?.[0]?.StackStatus ?? 'unknown';
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return `${stack} in ${region} is ${status}`;
  throw new Error(`${stack} in ${region} is ${status}; look at its events in CloudFormation, and deploy again.`);
}

interface Health {
  status: 'ok' | 'late';
  plans: number;
  targets: { account: string; region: string; isDeployed: boolean; auditedAt?: string }[];
}

/** A target that is not audited is one whose roles do not let the service in, or one of a service that stands still. */
async function healthOf(api: Api): Promise<string> {
  const { status, plans, targets } = await api.get<Health>('/v1/health');
  const deployed = targets.filter(({ isDeployed }) => isDeployed);
  if (status === 'ok') return `answers; ${plans} plans, ${deployed.length} targets, each audited lately`;
  const late = deployed.map(
    ({ account, region, auditedAt }) =>
      `${account}/${region} ${auditedAt === undefined ? 'never' : `${span(Date.now() - Date.parse(auditedAt))} ago`}`,
  );
  throw new Error(
    `Targets were audited: ${late.join(', ')}. The audit comes every hour: look at its log, and for a member account at its roles (deploy/member-account.yml).`,
  );
}

/** A body that is no request is refused with 400 where the right is there, and by the gateway with 403 where it is not. */
async function lookAtRights(
  look: (check: string, looking: () => Promise<string>) => Promise<boolean>,
  api: Api,
): Promise<void> {
  const rights = [
    { check: 'right to operate', path: '/v1/runs', may: 'backups, restores, holds' },
    { check: 'right to administer', path: '/v1/exports', may: 'deletes, lifting holds, exports, imports' },
  ];
  for (const { check, path, may } of rights) {
    await look(check, async () => {
      const refusal = await api.post(path, {}).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal instanceof Stop && refusal.status === 400) return `there: ${may}`;
      if (refusal instanceof Stop && refusal.status === 403)
        throw new Error(`Missing: ${may}. Attach the policy of the stack's outputs if you need it.`);
      throw refusal;
    });
  }
}

async function skewOf({ outputs }: Connection): Promise<string> {
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

async function deadLettersOf({ clients, outputs }: Connection): Promise<string> {
  const { DeadLettersUrl } = await outputs();
  const { Attributes } = await new SQSClient(clients).send(
    new GetQueueAttributesCommand({ QueueUrl: DeadLettersUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  const waiting = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  if (waiting === 0) return 'none';
  throw new Error(`${waiting} events could not be delivered; the audit reads them within the hour and tells of them.`);
}
