import { bucketStatements, readStatements } from './export-buckets.ts';
import { noticeTargets } from './notices.ts';
import { onlyRequesters } from './requesters.ts';
import { outwardStatements } from './restore-switches.ts';

/** What osls hands to a function that a `${file(…)}` names. */
interface Variables {
  resolveVariable(address: string): Promise<unknown>;
}

const parameter = async ({ resolveVariable }: Variables, name: string) =>
  String((await resolveVariable(`param:${name}`)) ?? '').trim();

/** The policy of the bus of requests. */
export async function requests(variables: Variables) {
  return { Resources: onlyRequesters(list(await parameter(variables, 'requesters'))) };
}

/** Who is told, or nothing when nobody is named. */
export async function notices(variables: Variables) {
  const email = await parameter(variables, 'notifyEmail');
  const topicArn = await parameter(variables, 'notifyTopic');
  return { Resources: noticeTargets({ email, topicArn }) };
}

/** The condition under which a function may take on a role of another account; a role's name alone is anybody's. */
export async function ofMembers(variables: Variables) {
  const organisation = await parameter(variables, 'organisation');
  const externalId = await parameter(variables, 'externalId');
  const inOrganisation = organisation !== '' && { 'aws:ResourceOrgID': organisation };
  return { StringEquals: { 'sts:ExternalId': externalId, ...inOrganisation } };
}

/** What the restoring role may do to put back settings that act on others. */
export async function outwardRestores(variables: Variables) {
  const [triggers, kinesis, replicas] = await Promise.all(
    ['restoreTriggers', 'restoreKinesis', 'restoreReplicas'].map((name) => isSwitchedOn(variables, name)),
  );
  return outwardStatements({ triggers: triggers === true, kinesis: kinesis === true, replicas: replicas === true });
}

/** What the exporting role may do to the buckets that are named. */
export async function exportBuckets(variables: Variables) {
  return bucketStatements(await parameter(variables, 'exportBuckets'));
}

/** What the importing role may do to them. */
export async function importBuckets(variables: Variables) {
  return readStatements(await parameter(variables, 'exportBuckets'));
}

async function isSwitchedOn(variables: Variables, name: string): Promise<boolean> {
  const value = await parameter(variables, name);
  if (['yes', 'no', ''].includes(value)) return value === 'yes';
  throw new Error(`The parameter ${name} is "${value}"; write yes or no.`);
}

const list = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
