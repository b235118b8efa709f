import type { S3Service } from '../../local/s3/s3.ts';
import { ChainLink } from '../../shared/export/chain-link.ts';
import { backupFrom } from '../../shared/ledger.ts';
import type { Backup } from '../../shared/run.ts';
import type { Item } from '../../shared/world.ts';
import type { Installation } from './installation.ts';
import type { Place } from './place.ts';
import type { Story } from './story.ts';
import type { Effect, Truth } from './truth.ts';

/** What the rules look at. */
export interface Scene {
  story: Story;
  truth: Truth;
  place: Place;
  /** Of tables by their ids, before the story begins: each setting in words. */
  settings: Map<string, Map<string, string>>;
  installations: Installation[];
  /** Deployments of each installation, in order: since when, and how many backups a plan keeps at least. */
  deployed: { at: number; keepOf(plan: string): number }[][];
  now(): number;
  /** Until then (epoch ms) AWS makes trouble. */
  faultsEndAt: number;
}

/** Something that may never be so. Rules say what they have found, or nothing. */
export interface Rule {
  /** As a sentence: what holds. */
  name: string;
  onEffect?(effect: Effect, scene: Scene): string | undefined;
  /** A request of an installation arrives at AWS, whatever becomes of it. */
  onSent?(operation: string, at: number, by: number | undefined): string | undefined;
  /** Everything that goes on by itself has ended, or the time for that is over. */
  atEnd?(scene: Scene): string | undefined | Promise<string | undefined>;
}

export const installationOf = ({ installations }: Scene, catalog: string): Installation | undefined =>
  installations.find((one) => one.catalog === catalog);

/** The ledger entries of an installation, as its catalog has them now. */
export function entriesOf({ truth }: Scene, { catalog }: Installation): Backup[] {
  return truth.items(catalog, (key) => key.includes('|backup#')).map(([, item]) => backupFrom(item));
}

/** The bucket of exports, and how long AWS takes for one. */
export const archive = 'archive';
export const exportMs = 30_000;

/** The objects of chains in the bucket, by their keys. */
export function linksIn({ place, story }: Scene): Map<string, ChainLink> {
  const objects = story.hasExports
    ? (place.aws.service('s3') as S3Service).bucket(archive)?.objects.entries()
    : undefined;
  return new Map(
    [...(objects ?? [])]
      .filter(([key]) => /\/chain\/[^/]+\/\d+\.json$/.test(key))
      .map(([key, { body }]) => [key, ChainLink.parse(JSON.parse(Buffer.from(body).toString()))]),
  );
}

/** Folders of chains. */
export const chainsIn = (scene: Scene): string[] =>
  [...linksIn(scene).keys()].flatMap((key) => (key.endsWith('/0.json') ? [key.replace(/\/0\.json$/, '')] : []));

export const isBackup = (key: string): boolean => key.includes('|backup#');

/** An item in a few words, for histories. */
export const inWords = (item: Item | undefined): string =>
  JSON.stringify(item, (_, value) => (value instanceof Set ? [...value] : value))?.slice(0, 400) ?? 'nothing';

/** Due, and more than a round of exports that waits for its next firing. */
export const isToBeGoneOnWith = ({ due, goal, doneFor, driver }: Item): boolean =>
  due !== undefined && (goal === undefined || goal !== doneFor || driver !== undefined);
