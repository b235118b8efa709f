import { type ApiGatewayOptions, createApiGateway } from './apigateway/apigateway.ts';
import { autoscaling } from './autoscaling/autoscaling.ts';
import { type AwsOptions, createAws, type LocalAws } from './aws.ts';
import { type Clock, realClock } from './clock.ts';
import { type CloudFormation, createCloudFormation } from './cloudformation/cloudformation.ts';
import { cloudwatch } from './cloudwatch/cloudwatch.ts';
import { dynamodb, type Inspection } from './dynamodb/dynamodb.ts';
import type { Options as DynamodbOptions } from './dynamodb/options.ts';
import type { Weather } from './eventbridge/deliver.ts';
import { createEventBridge } from './eventbridge/eventbridge.ts';
import { createIamApi } from './iam/api.ts';
import { createIam, type LocalIam } from './iam/iam.ts';
import { type KinesisOptions, kinesis } from './kinesis.ts';
import { kms } from './kms.ts';
import { inProcessRunner } from './lambda/in-process.ts';
import { createLambda, type LambdaOptions, type LambdaService } from './lambda/lambda.ts';
import type { Runner } from './lambda/runner.ts';
import { seededRandom } from './random.ts';
import { createS3, type S3Service } from './s3/s3.ts';
import { createScheduler } from './scheduler/scheduler.ts';
import type { SchedulerOptions } from './scheduler/start.ts';
import type { Core, Service } from './service.ts';
import { createSns, type SnsService } from './sns/sns.ts';
import { createSqs } from './sqs/sqs.ts';
import { createSts } from './sts.ts';
import { tagging } from './tagging.ts';

export interface ServicesOptions {
  iam: LocalIam;
  /** What runs the functions' packages. */
  runner: Runner;
  dynamodb?: DynamodbOptions;
  weather?: Weather;
  scheduler?: Omit<SchedulerOptions, 'assumeFor'>;
  lambda?: Pick<LambdaOptions, 'onLog' | 'onDeliveryFailure' | 'mappingMs'>;
  kinesis?: KinesisOptions;
  apigateway?: Omit<ApiGatewayOptions, 'iam'>;
}

/** The services that tests and demos look into, beside their API. */
export interface Services {
  dynamodb: Service & Inspection;
  lambda: LambdaService;
  s3: S3Service;
  sns: SnsService;
  cloudformation: CloudFormation;
}

/** Every service of the local AWS, with the connections that they have at AWS: keys, tags, roles. */
export function allServices(core: Core, options: ServicesOptions): Services & { all: Service[] } {
  const { iam, runner, weather = {} } = options;
  const keys = kms(core);
  const streams = kinesis(core, options.kinesis);
  const metrics = cloudwatch(core);
  const tables = dynamodb(core, { keys: keys.keys, streams: streams.streams, ...options.dynamodb });
  const lambda = createLambda(core, { iam, runner, hasStream: tables.hasStream, ...options.lambda });
  const s3 = createS3(core, { keys: keys.keys });
  const sns = createSns(core);
  const cloudformation = createCloudFormation(core, iam);
  const tagged = { type: 'dynamodb:table', resources: tables.taggedTables };
  const all = [
    tables,
    tables.streams,
    keys,
    lambda,
    s3,
    sns,
    cloudformation,
    createIamApi(iam),
    createSts(iam),
    createSqs(core),
    createEventBridge(core, { assumeFor: iam.assumeFor, weather }),
    createScheduler(core, { assumeFor: iam.assumeFor, ...options.scheduler }),
    tagging(core, [tagged]),
    streams,
    metrics,
    autoscaling(core, { alarms: metrics.alarms, throughputOf: tables.throughputOf }),
    ...createApiGateway(core, { iam, ...options.apigateway }),
  ];
  return { dynamodb: tables, lambda, s3, sns, cloudformation, all };
}

export interface WholeAwsOptions extends Omit<AwsOptions, 'services' | 'iam'>, Omit<ServicesOptions, 'iam' | 'runner'> {
  /** What runs the functions' packages; this process when absent. */
  runner?: (aws: Pick<LocalAws, 'handle' | 'clock'>) => Runner;
  /** How far the `Date` of each new environment is ahead of the clock, where this process runs the packages. */
  skewMs?: () => number;
}

/** A whole AWS: calls, rights and services. */
export interface WholeAws extends LocalAws, Services {
  iam: LocalIam;
}

/** Puts a whole AWS together. Ids, rights and functions draw their chance from seeds of their own, so that they do not mix. */
export function createWholeAws(options: WholeAwsOptions = {}): WholeAws {
  const { clock = realClock(), seed = 1, account = '123456789012', runner, skewMs, ...others } = options;
  const iam = createIam({ clock, random: seededRandom(seed + 1), account });
  const later = deferred(clock);
  const run =
    runner?.(later) ?? inProcessRunner({ aws: later, random: seededRandom(seed + 2), ...(skewMs && { skewMs }) });
  const made: Services[] = [];
  const aws = createAws({
    ...others,
    clock,
    seed,
    account,
    iam,
    services(core) {
      const { all, ...some } = allServices(core, { ...others, iam, runner: run });
      made.push(some);
      return all;
    },
  });
  later.aws = aws;
  return { ...aws, ...(made[0] as Services), iam };
}

/** The AWS that functions call, which is there only after the services that it consists of. */
function deferred(clock: Clock): Pick<LocalAws, 'handle' | 'clock'> & { aws?: LocalAws } {
  const later: Pick<LocalAws, 'handle' | 'clock'> & { aws?: LocalAws } = {
    clock,
    handle: (request) => (later.aws as LocalAws).handle(request),
  };
  return later;
}
