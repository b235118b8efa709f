/**
 * The pages of a listing of AWS, until one names no next one; an empty token is none. A page may be empty and still
 * name another. A token that comes a second time would lead round for ever, so it is an error.
 */
export async function* pages<Page>(
  read: (after: string | undefined) => Promise<Page>,
  nextOf: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await read(after);
    yield page;
    after = nextOf(page) || undefined;
    if (after === undefined) return;
    if (seen.has(after)) throw new Error(`A listing of AWS goes round: its token ${after.slice(0, 60)} came twice.`);
    seen.add(after);
  }
}
