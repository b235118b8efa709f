import { AwsError, type Call } from '../service.ts';
import type { Schema } from './dynalite.ts';
import { invalid, noResource } from './errors.ts';
import type { Table, World } from './state.ts';

/**
 * The name that a request's table has, which may be given as an ARN. Another account's ARN is refused, as AWS refuses
 * what no policy of that table allows; another Region's has to be sent to that Region.
 */
export function tableName(call: Call, given: unknown = call.input.TableName): string {
  const name = String(given ?? '');
  if (!name.startsWith('arn:')) return name;
  const [, , , region, account, resource = ''] = name.split(':');
  if (region !== call.region) throw invalid(`1 validation error detected: Invalid AWS region in '${name}'`);
  if (account !== call.account) throw notAllowed(call, name);
  const [type, bare = ''] = resource.split('/');
  if (type !== 'table') throw invalid(`1 validation error detected: Invalid resource type in '${name}'`);
  return bare;
}

function notAllowed({ caller, operation }: Call, resource: string): AwsError {
  const action = `dynamodb:${operation}`;
  const reason = `because no resource-based policy allows the ${action} action`;
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  return new AwsError('AccessDeniedException', message);
}

/** The table that the call names, in whatever state; one whose restore has just begun is not there yet. */
export function tableOf(world: World, call: Call, missing: (name: string) => AwsError = noResource): Table {
  const name = tableName(call);
  const table = world.region(call).tables.get(name);
  if (table === undefined || isHidden(table, world.core.clock.now())) throw missing(name);
  return table;
}

/**
 * For up to two minutes after a restore was asked for, DescribeTable may answer ResourceNotFoundException; the name is
 * taken all the same.
 */
export const isHidden = ({ restored }: Table, now: number): boolean =>
  restored !== undefined && now < restored.hiddenUntil;

/** The table whose `ResourceArn` is given, with the refusals of the tagging operations. */
export function tableByArn(world: World, call: Call): Table {
  const region = world.region(call);
  const given = String(call.input.ResourceArn ?? '');
  if (!given.startsWith('arn:')) {
    throw invalid(`One or more parameter values were invalid: ARNs must start with 'arn:': ${given}`);
  }
  const [, , , inRegion, account, resource = ''] = given.split(':');
  const [type, name = '', ...rest] = resource.split('/');
  if (type !== 'table' || rest.length > 0 || inRegion !== region.name) {
    throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${given}`);
  }
  if (account !== region.account) throw notAllowed(call, given);
  const table = region.tables.get(name);
  if (table !== undefined && !isHidden(table, world.core.clock.now())) return table;
  // AWS's own spelling.
  const message = `Requested resource not found: ResourcArn: ${given} not found`;
  throw new AwsError('ResourceNotFoundException', message);
}

/** What dynalite reads of a table. */
export const schemaOf = (table: Table): Schema => ({
  TableName: table.name,
  KeySchema: table.keys,
  AttributeDefinitions: table.attributes,
  LocalSecondaryIndexes: table.localIndexes,
  GlobalSecondaryIndexes: table.globalIndexes,
});
