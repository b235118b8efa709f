import process from 'node:process';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { Stop } from './exit.ts';

/** What every command that talks to AWS takes. */
export interface Connecting {
  profile?: string;
  region?: string;
  stack: string;
  /** `npm start` on this machine. */
  local?: boolean;
  /** Another address for all of AWS. */
  endpoint?: string;
}

/** AWS as this person reaches it: his credentials and Region, as AWS's own tools find them. */
export interface Connection {
  region: string;
  stack: string;
  endpoint?: string;
  credentials: CloudFormationClient['config']['credentials'];
  /** A further command, with the options that lead to the same service: to be copied. */
  again(words: string): string;
  /** What AWS's own clients are made with. */
  clients: Clients;
  /** Of the stack, by name. */
  outputs(): Promise<Record<string, string>>;
}

interface Clients {
  region?: string;
  profile?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Where `npm start` listens, unless PORT says another. */
const localEndpoint = (environment: NodeJS.ProcessEnv) => `http://127.0.0.1:${environment.PORT ?? '4566'}`;

/** The administrator of the local AWS's account: his key is its own secret. */
const localAdministrator = { accessKeyId: '123456789012', secretAccessKey: '123456789012' };

/** @throws Stop when there is no Region. */
export async function connect({ profile, region, stack, local, endpoint }: Connecting): Promise<Connection> {
  const clients: Clients = {
    ...(local && { region: 'us-east-1', endpoint: localEndpoint(process.env) }),
    ...(local && profile === undefined && { credentials: localAdministrator }),
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
  };
  const cloudFormation = new CloudFormationClient(clients);
  const found = await cloudFormation.config.region().catch((error: unknown) => {
    throw new Stop('notUnderstood', 'No Region is set; give --region, or set AWS_REGION.', { cause: error });
  });
  return {
    region: found,
    stack,
    again: (words) => [`npx tablekeep ${words}`, ...optionsOf({ profile, region, stack, local, endpoint })].join(' '),
    ...(clients.endpoint !== undefined && { endpoint: clients.endpoint }),
    credentials: cloudFormation.config.credentials,
    clients,
    outputs: () => outputsOf(cloudFormation, stack, found, profile, local),
  };
}

/** The stack that is meant when none is named. */
export const usualStack = process.env.TABLEKEEP_STACK ?? 'tablekeep-dev';

function optionsOf({
  profile,
  region,
  stack,
  local,
  endpoint,
}: { [Name in keyof Connecting]: Connecting[Name] | undefined }) {
  const named = { profile, region, stack: stack === usualStack ? undefined : stack, endpoint };
  const given = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return [...given, ...(local ? ['--local'] : [])];
}

async function outputsOf(
  client: CloudFormationClient,
  stack: string,
  region: string,
  profile?: string,
  isLocal?: boolean,
): Promise<Record<string, string>> {
  const answer = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((error: Error) => {
    throw isLocal && isNobodyThere(error) ? notStarted(error) : whyNoStack(error, stack, region, profile);
  });
  const outputs = answer.Stacks?.[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

const isNobodyThere = (error: Error) => (error as { code?: string }).code === 'ECONNREFUSED';

function notStarted(cause: Error): Stop {
  const sentence = `Nothing answers at ${localEndpoint(process.env)}. Start it with npm start, or set PORT to the port that it was started on.`;
  return new Stop('failed', sentence, { cause });
}

function whyNoStack(error: Error, stack: string, region: string, profile?: string): Stop {
  const cause = { cause: error };
  if (error.name === 'ValidationError') {
    const sentence = `There is no stack ${stack} in ${region}. Give --stack and --region as they were deployed, or --local for npm start.`;
    return new Stop('refused', sentence, cause);
  }
  if (error.name === 'CredentialsProviderError') {
    const where = profile === undefined ? '' : ` for the profile ${profile}`;
    const remedy = profile === undefined ? 'Give --profile, or sign in.' : 'Sign in, or look at the names in ~/.aws.';
    return new Stop('noRight', `No AWS credentials were found${where} (${error.message}). ${remedy}`, cause);
  }
  if (/AccessDenied|UnrecognizedClient|InvalidClientTokenId|ExpiredToken|SignatureDoesNotMatch/.test(error.name)) {
    return new Stop('noRight', `CloudFormation does not let you read the stack ${stack}: ${error.message}`, cause);
  }
  return new Stop('failed', `CloudFormation did not answer: ${whatWentWrong(error)}`, cause);
}

/** Node leaves the message of a refused connection empty, and tells it in the errors within. */
export function whatWentWrong(error: Error): string {
  const { code } = error as { code?: string };
  return error.message || code || error.name;
}
