'use strict';

/** A method as TypeScript's compiler writes it: its closing brace is the first one that is indented as it is. */
const methodNamed = (name) =>
  new RegExp(`^( {4}(?:static )?(?:async )?(?:get )?${name}\\([^\\n]*\\) \\{)(?: \\}|\\n.*?^ {4}\\})$`, 'ms');

/** Each method by name becomes what `instead` makes of its head; a class that lacks one stays, which fails the packaging. */
const withMethods = (names, instead) => (source) =>
  names.every((name) => methodNamed(name).test(source))
    ? names.reduce((left, name) => left.replace(methodNamed(name), (_, head) => instead(head)), source)
    : source;

/** The class without these methods. */
const withoutMethods = (...names) => withMethods(names, () => '');

/** The class with these methods doing nothing. */
const withIdleMethods = (...names) => withMethods(names, (head) => `${head} }`);

module.exports = { withIdleMethods, withoutMethods };
