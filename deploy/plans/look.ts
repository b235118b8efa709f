import type { ClientOptions } from '../../shared/aws/client.ts';
import { dynamoDbOf } from '../../shared/aws/dynamodb.ts';
import { taggingOf } from '../../shared/aws/tagging.ts';
import type { Plan } from '../../shared/plan.ts';
import { selectByName, selectTables } from '../../shared/selection.ts';

/** What a plan selects in one Region, now. */
export interface Selected {
  region: string;
  tables: { name: string; sizeBytes: number }[];
}

/** Our own catalog is never backed up; before a deployment it has no name yet, after it one that CloudFormation made. */
const catalogName = /^tablekeep-.+-Catalog-[A-Z0-9]+$/;

/** DescribeTable calls at once; AWS allows 2,500 a second. */
const describedAtOnce = 10;

/** The tables of one Region, listed once for all plans, with their tags. */
export class Region {
  readonly #name: string;
  readonly #options: ClientOptions;
  #listed: Promise<{ name: string; tags: Record<string, string> }[]> | undefined;

  constructor(name: string, options: ClientOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Throws what AWS answered when it may not be looked at. */
  async selectedBy(plan: Pick<Plan, 'tables'>): Promise<Selected> {
    this.#listed ??= this.#list();
    const listed = await this.#listed;
    const chosen = selectTables(selectByName(listed, plan.tables), plan.tables);
    const dynamodb = dynamoDbOf(this.#options, this.#name);
    const tables: Selected['tables'] = [];
    for (let index = 0; index < chosen.length; index += describedAtOnce) {
      const some = chosen.slice(index, index + describedAtOnce).map(({ name }) => dynamodb.describeTable(name));
      tables.push(...(await Promise.all(some)).map(({ name, sizeBytes }) => ({ name, sizeBytes })));
    }
    return { region: this.#name, tables };
  }

  async #list(): Promise<{ name: string; tags: Record<string, string> }[]> {
    const dynamodb = dynamoDbOf(this.#options, this.#name);
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await dynamodb.listTables(after);
      names.push(...page.names);
      after = page.next;
    } while (after !== undefined);
    const tags = new Map<string, Record<string, string>>();
    for await (const table of taggingOf(this.#options, this.#name).taggedTables()) {
      tags.set(table.arn.slice(table.arn.indexOf('/') + 1), table.tags);
    }
    const others = names.filter((name) => !catalogName.test(name));
    return others.map((name) => ({ name, tags: tags.get(name) ?? {} }));
  }
}
