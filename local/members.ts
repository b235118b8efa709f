import { AwsError, type Service } from './service.ts';

/** What the API's model asks of a service's inputs, as far as it is checked before the operation looks itself. */
export interface Members {
  /** By operation: members that must be there. */
  required: Record<string, string[]>;
  /** By member, whatever the operation: the values it may have. */
  enums?: Record<string, string[]>;
  /** Members that are lists. */
  lists?: string[];
}

/** Refuses, in the words that AWS's services share, what the model forbids: every mistake at once. */
export function validatorOf({ required, enums = {}, lists = [] }: Members): NonNullable<Service['validate']> {
  return (operation, input) => {
    const missing = (required[operation] ?? [])
      .filter((member) => input[member] === undefined || input[member] === null)
      .map((member) => mistake('null', member, 'Member must not be null'));
    const wrong = Object.entries(input).flatMap(([member, value]) => {
      const allowed = enums[member];
      if (allowed === undefined || value === undefined || allowed.includes(String(value))) return [];
      return [mistake(`'${value}'`, member, `Member must satisfy enum value set: [${allowed.join(', ')}]`)];
    });
    const mistakes = [...missing, ...wrong];
    if (mistakes.length > 0) {
      const count = `${mistakes.length} validation error${mistakes.length === 1 ? '' : 's'} detected`;
      throw new AwsError('ValidationException', `${count}: ${mistakes.join('; ')}`);
    }
    const noList = lists.find((member) => input[member] !== undefined && !Array.isArray(input[member]));
    if (noList !== undefined) throw new AwsError('SerializationException', `${noList} must be a list.`);
  };
}

const mistake = (value: string, member: string, constraint: string): string =>
  `Value ${value} at '${member.charAt(0).toLowerCase()}${member.slice(1)}' failed to satisfy constraint: ${constraint}`;
