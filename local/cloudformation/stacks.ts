import { AwsError } from '../service.ts';
import type { Made, Properties } from './kind.ts';

/** What a stack knows of a resource. */
export interface StackResource extends Made {
  logicalId: string;
  type: string;
  /** Worked out, as it was made with. */
  properties: Properties;
  /** Stays when it leaves the template, or the stack is removed. */
  isRetained: boolean;
  status: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';
  /** Epoch ms. */
  changedAt: number;
}

/** A value that a stack tells its users. */
export interface Output {
  value: string;
  description?: string;
  exportName?: string;
}

/** A deployed template. */
export interface Stack {
  name: string;
  id: string;
  account: string;
  region: string;
  description?: string;
  status: string;
  createdAt: number;
  updatedAt: number;
  /** What NoEcho hides is hidden. */
  parameters: Record<string, string>;
  /** In the order in which they were made. */
  resources: Map<string, StackResource>;
  outputs: Record<string, Output>;
}

/** The stacks of all accounts and Regions. */
export class Stacks {
  readonly #stacks = new Map<string, Stack>();

  /** By name or id. */
  find({ account, region }: { account: string; region: string }, nameOrId: string): Stack | undefined {
    return this.list({ account, region }).find(({ name, id }) => name === nameOrId || id === nameOrId);
  }

  /** Throws `AwsError` ValidationError. */
  get(place: { account: string; region: string }, nameOrId: string): Stack {
    const found = this.find(place, nameOrId);
    if (found !== undefined) return found;
    throw new AwsError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  }

  list(place: { account: string; region: string }): Stack[] {
    return [...this.#stacks.values()].filter(
      ({ account, region }) => account === place.account && region === place.region,
    );
  }

  put(stack: Stack): void {
    this.#stacks.set(stack.id, stack);
  }

  delete({ id }: Stack): void {
    this.#stacks.delete(id);
  }
}
