/**
 * What moto 5.2 is known to do otherwise than AWS: the rule's sentence, and what happens there instead. A rule that is
 * named here must fail against moto, so that this list stays true.
 */
export const motoDifferences: Record<string, string> = {};
