import { errorText, kindOf } from '../errors.ts';
import { idOfRefused, type SelectionPage, selectionKey, selectionOf } from '../ledger.ts';
import { adHoc } from '../names.ts';
import type { SelectedTable } from '../run.ts';
import { type SelectableTable, selectByName, selectTables } from '../selection.ts';
import type { TableDescription } from '../world.ts';
import { type Driving, fenceBeforeDeadlineMs, isStopped, pause } from './context.ts';
import { factsOf } from './facts.ts';
import { endWithout } from './writes.ts';

/** DescribeTable calls at once; AWS allows 2,500 a second. */
const describedAtOnce = 10;

/** CreateTable takes seconds, with indexes a minute or two. */
const longCreatingMs = 300_000;

/** How long a listing rests that failed for a reason that may pass. */
const restMs = 10_000;

/**
 * Lists and selects the run's tables page by page. A page is written before any of its tables may be claimed, once for
 * all drivers, with the place where the list goes on: a crash lists again from there.
 */
export async function select(driven: Driving): Promise<void> {
  const lister = new Lister(driven);
  await lister.loadPages();
  while (!lister.isDone() && !isStopped(driven)) {
    if (driven.world.clock.now() >= driven.run.deadlineAt - fenceBeforeDeadlineMs) {
      driven.listingError ??= lister.lastError ?? 'The deadline came before all tables were listed.';
    } else if (!(await lister.nextPage())) {
      await pause(driven, restMs);
    }
  }
  driven.isSelected = lister.isDone();
}

class Lister {
  readonly #driven: Driving;
  #pages: SelectionPage[] = [];
  #tags: Map<string, Record<string, string>> | undefined;
  lastError: string | undefined;

  constructor(driven: Driving) {
    this.#driven = driven;
  }

  isDone(): boolean {
    const last = this.#pages.at(-1);
    return this.#driven.listingError !== undefined || (last !== undefined && last.next === undefined);
  }

  async loadPages(): Promise<void> {
    const { world, run } = this.#driven;
    for await (const item of world.catalog.query(selectionOf(run))) await this.#take(item as unknown as SelectionPage);
  }

  /** False when it failed and may be tried again. */
  async nextPage(): Promise<boolean> {
    const page = await this.#writtenPage();
    if (page === undefined) return this.#driven.listingError !== undefined;
    await this.#take(page);
    return true;
  }

  async #writtenPage(): Promise<SelectionPage | undefined> {
    const { world, run } = this.#driven;
    try {
      const page = run.plan === adHoc ? await this.#namedTables() : await this.#listedTables();
      const item = {
        ...selectionKey(run, this.#pages.length),
        ...page,
        ttl: Math.ceil(run.deadlineAt / 1000) + 30 * 86_400,
      };
      const written = await world.catalog.put(item, { condition: 'attribute_not_exists(pk)' });
      return (written.done ? page : written.found) as SelectionPage;
    } catch (error) {
      this.lastError = errorText(error);
      world.logger.warn('tables could not be listed', { error: this.lastError });
      if (kindOf(error) === 'credentials') world.renewCredentials(run.target, 'read');
      if (kindOf(error) === 'refused') this.#driven.listingError = this.lastError;
      return undefined;
    }
  }

  async #take(page: SelectionPage): Promise<void> {
    this.#pages.push(page);
    if (page.missing !== undefined && page.missing.length > 0) {
      this.#driven.listingError = `There is no table ${page.missing.join(', ')}.`;
    }
    for (const entry of this.#driven.entries.select(page.tables)) {
      await endWithout(this.#driven, entry, 'FAILED', entry.error ?? '');
    }
  }

  async #listedTables(): Promise<SelectionPage> {
    const { world, run } = this.#driven;
    const { names, next } = await world.dynamodb(run.target, 'read').listTables(this.#pages.at(-1)?.next);
    const byName = selectByName(
      names.map((name) => ({ name })),
      run.selector,
      world.options.catalog,
    );
    const tagged = byName.length === 0 ? byName : await this.#withTags(byName);
    const described = await this.#describe(selectTables(tagged, run.selector, world.options.catalog));
    return { tables: described.filter((table) => table !== undefined), ...(next !== undefined && { next }) };
  }

  /** Asked for by name: the opt-out of a table is for plans. */
  async #namedTables(): Promise<SelectionPage> {
    const names = this.#driven.run.selector.include;
    const described = await this.#describe(names.map((name) => ({ name })));
    return {
      tables: described.filter((table) => table !== undefined),
      missing: names.filter((_, index) => described[index] === undefined),
    };
  }

  /** All tags of the target at once, or none: an opt-out is a tag, so they always matter. */
  async #withTags(tables: SelectableTable[]): Promise<SelectableTable[]> {
    const { world, run } = this.#driven;
    if (this.#tags === undefined) {
      const found = new Map<string, Record<string, string>>();
      for await (const { arn, tags } of world.tagging(run.target).taggedTables()) {
        found.set(arn.split('/').at(-1) ?? '', tags);
      }
      this.#tags = found;
    }
    return tables.map(({ name }) => ({ name, tags: this.#tags?.get(name) ?? {} }));
  }

  /** Undefined where there is no such table, not any more, or not yet. One that AWS does not describe costs no other its backup. */
  async #describe(tables: { name: string }[]): Promise<(SelectedTable | undefined)[]> {
    const described: (SelectedTable | Undescribed | undefined)[] = [];
    for (let start = 0; start < tables.length; start += describedAtOnce) {
      const some = tables.slice(start, start + describedAtOnce);
      described.push(...(await Promise.all(some.map(({ name }) => this.#describeOne(name)))));
    }
    const failed = described.filter((table) => table !== undefined && 'error' in table);
    const { scheduledAt, deadlineAt } = this.#driven.run;
    const isHalfway = this.#driven.world.clock.now() >= (scheduledAt + deadlineAt) / 2;
    // What may pass is waited for, but not until it is too late for the others.
    const passing = failed.filter(({ error }) => kindOf(error) !== 'refused');
    if (passing[0] !== undefined && !(isHalfway && failed.length < described.length)) throw passing[0].error;
    return described.map((table) =>
      table !== undefined && 'error' in table
        ? { name: table.name, id: idOfRefused(table.name), refused: errorText(table.error) }
        : table,
    );
  }

  async #describeOne(name: string): Promise<SelectedTable | Undescribed | undefined> {
    const { world, run } = this.#driven;
    try {
      const table = await world.dynamodb(run.target, 'read').describeTable(name);
      const how = await this.#howMade(table);
      if (how !== undefined) return this.#beingMade(name, how);
      return table.status === 'DELETING' ? undefined : { name, id: table.id, facts: factsOf(run.target, table) };
    } catch (error) {
      return kindOf(error) === 'gone' ? undefined : { name, error };
    }
  }

  /** It would hold the run open until it is ACTIVE, and with that the next firings of all other tables. */
  #beingMade(name: string, how: string): SelectedTable | undefined {
    const { world, run } = this.#driven;
    world.logger.info('table is being made and not selected', { table: name, how });
    if (run.plan !== adHoc) return undefined;
    return { name, id: idOfRefused(name), refused: `It is still being ${how}; ask again when it is ACTIVE.` };
  }

  /**
   * Whether something is making it that takes its time. AWS's page says that ListImports lists completed imports, its
   * model has a status of those in progress; so what is CREATING for long is left out, too, whoever makes it.
   */
  async #howMade({ arn, status, createdAt, isBeingRestored }: TableDescription): Promise<string | undefined> {
    const { world, run } = this.#driven;
    if (isBeingRestored) return 'restored';
    if (status !== 'CREATING') return undefined;
    if (createdAt < world.clock.now() - longCreatingMs) return 'made';
    try {
      return (await world.dynamodb(run.target, 'read').isBeingImported(arn)) ? 'imported' : undefined;
    } catch (error) {
      // Whoever may not ask takes it for a table that will be there in a moment.
      if (kindOf(error) !== 'refused') throw error;
      return undefined;
    }
  }
}

interface Undescribed {
  name: string;
  error: unknown;
}
