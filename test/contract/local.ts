/** Replaced when local/ is there. */
export async function startLocal(): Promise<{ url: string; close(): Promise<void> }> {
  throw new Error('local/ is not there yet');
}
