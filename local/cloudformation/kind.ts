import type { LocalIam } from '../iam/iam.ts';

/** A resource's properties, worked out. */
export type Properties = Record<string, unknown>;

/** What was made: what Ref answers, and what Fn::GetAtt does. */
export interface Made {
  physicalId: string;
  attributes: Record<string, unknown>;
}

/** What a kind of resource is made with. */
export interface Place {
  account: string;
  region: string;
  logicalId: string;
  iam: LocalIam;
  /** A call as the administrator of the account. */
  call(service: string, operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** `<stack>-<logical id>-<random>`, cut to so many characters. */
  generateName(longest: number): string;
  /** Tries again while AWS answers one of these errors, which pass by themselves. */
  patiently<T>(codes: string[], work: () => Promise<T>): Promise<T>;
  /** The package of the function. */
  codeOf(s3Key: string | undefined): Uint8Array;
  /** `arn:aws:<service>:<region>:<account>:<resource>` */
  arn(service: string, resource: string): string;
}

/** How resources of one type are made, changed and removed. */
export interface Kind {
  /** Properties whose change means another resource in its place. */
  identity: string[];
  /** Makes the resource, or changes the one that is there, which had other properties. */
  put(place: Place, properties: Properties, before?: Made): Promise<Made> | Made;
  remove(place: Place, made: Made, properties: Properties): Promise<unknown> | unknown;
}

/** The given properties among those named, as a call's input. */
export const pick = (properties: Properties, names: string[]): Properties =>
  Object.fromEntries(names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]));
