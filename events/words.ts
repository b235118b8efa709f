import * as z from 'zod/mini';

/*
 * Fields of requests that say what to write instead, in our own words: also when what came has another type, where a
 * schema without words would speak of itself.
 */

/** A text that is not empty. */
export const some = (words: string) => z.string(words).check(z.minLength(1, words));
export const text = (words: string, most: number) => some(words).check(z.maxLength(most, words));
export const yesOrNo = z.boolean('write true or false, without quotes');
const wholeNumber = 'write a whole number above 0';
export const positive = z.number(wholeNumber).check(z.int(wholeNumber), z.positive(wholeNumber));
/** One of these words, which the remedy names. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `write ${words.map((word) => `"${word}"`).join(' or ')}`);

export const priority = oneOf('interactive', 'bulk');
/** Who asks, in his own words. */
export const requester = text('say in 1 to 200 characters who asks', 200);
