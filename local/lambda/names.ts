import { AwsError, type Call } from '../service.ts';

/** `name`, `name:qualifier`, `<account>:function:name`, or a whole ARN, with or without a qualifier. */
const names = /^(?:(?:arn:aws:lambda:([a-z0-9-]+):)?(\d{12}):function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/;

function partsOf({ input, account, region }: Call) {
  const given = String(input.FunctionName ?? '');
  const [, ownRegion = region, ownAccount = account, name, qualifier] = names.exec(given) ?? [];
  if (name === undefined) {
    const pattern = String(names).slice(1, -1);
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${given}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    );
  }
  return {
    account: ownAccount,
    region: ownRegion,
    name,
    qualifier: qualifier ?? (input.Qualifier as string | undefined),
  };
}

/** The ARN of the function that a call names, without a qualifier. */
export function arnOf(call: Call): string {
  const { account, region, name } = partsOf(call);
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
}

/** The qualifier that a call names, `$LATEST` when it names none. */
export const qualifierOf = (call: Call): string => partsOf(call).qualifier ?? '$LATEST';
