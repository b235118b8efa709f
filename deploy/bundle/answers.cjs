'use strict';

const answer = /\bsuccess(: | = )\{/g;

/**
 * Routes with the status and the media type of their answers, and without the schemas: TypeScript has compared these
 * with what is answered, and the document of the API shows them. Words in which a brace would count are gone already.
 */
function answersInShort(source, path) {
  let short = '';
  let from = 0;
  for (const { 0: begin, 1: sign, index } of source.matchAll(answer)) {
    const end = endOfObject(source, index + begin.length);
    const members = source.slice(index, end).match(/\b(?:status: \d{3}|mediaType: '[^']+')/g) ?? [];
    if (!members[0]?.startsWith('status')) throw new Error(`${path}: deploy/bundle finds no status of an answer.`);
    short += `${source.slice(from, index)}success${sign}{ ${members.join(', ')} }`;
    from = end;
  }
  return short + source.slice(from);
}

/** Behind the brace that closes the object whose members begin at `start`. */
function endOfObject(source, start) {
  let depth = 1;
  let at = start;
  for (; depth > 0 && at < source.length; at++) depth += { '{': 1, '}': -1 }[source[at]] ?? 0;
  return at;
}

module.exports = { answersInShort };
