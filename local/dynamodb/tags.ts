import { invalid } from './errors.ts';
import { tableByArn } from './lookup.ts';
import type { Operations, World } from './state.ts';

export interface Tag {
  Key?: string;
  Value?: string;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html */
const mostTags = 50;

export function tagOperations(world: World): Operations {
  return {
    TagResource: (call) => {
      const table = tableByArn(world, call);
      const added = call.input.Tags as Tag[];
      if (added.length === 0) throw invalid('Atleast one Tag needs to be provided as Input.');
      table.tags = checkTags(added, table.tags);
    },
    UntagResource: (call) => {
      const table = tableByArn(world, call);
      const keys = call.input.TagKeys as string[];
      if (keys.length === 0) throw invalid('Atleast one Tag Key needs to be provided as Input.');
      for (const key of keys) table.tags.delete(key);
    },
    ListTagsOfResource: (call) => ({ Tags: tagList(tableByArn(world, call).tags) }),
  };
}

export const tagList = (tags: Map<string, string>) => [...tags].map(([Key, Value]) => ({ Key, Value }));

/** The tags together with the new ones; throws for what DynamoDB refuses as a tag. */
export function checkTags(added: Tag[], present: Map<string, string> = new Map()): Map<string, string> {
  const tags = new Map(present);
  const seen = new Set<string>();
  for (const { Key, Value } of added) {
    if (Key == null || Key === '') throw invalid(`The Tag Key provided is invalid, Key: ${Key ?? 'null'}`);
    if (Value == null) throw invalid('The Tag Value provided is invalid, Value: null');
    if (Key.startsWith('aws:')) throw invalid(`Tag Key cannot be prefixed with aws:, Key: ${Key}`);
    if (seen.has(Key)) throw invalid(`Duplicate Tag Keys provided as input: Duplicate Tag Key found ${Key}`);
    seen.add(Key);
    tags.set(Key, Value);
  }
  if (tags.size > mostTags) throw invalid('Number of Tags exceed the current limit for the provided ResourceArn');
  return tags;
}
