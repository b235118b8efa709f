import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { SettingsApi } from '../aws/settings.ts';
import type { Row } from './compare.ts';
import type { SettingName, TableSettings } from './settings.ts';

/** What a step works with. Everything wanted is in the words of the table that it is put back to. */
export interface Putting {
  api: SettingsApi;
  table: TableDescription;
  name: string;
  arn: string;
  /** Of the setting of the step: never none, never unread. */
  wanted: TableSettings;
  /** The name that the wanted settings were captured under. */
  sourceName: string;
  /** What differs. */
  rows: Row[];
}

/** `again`: something was begun; look again after that many ms, and go on. */
export type Put = 'done' | { again: number; sentence: string };

/** Cannot be done, and why: a sentence. */
export class CannotPutBack extends Error {
  override name = 'CannotPutBack';
}

/** The value of a setting that is there: steps are only taken for those. */
export function wantedOf<Name extends SettingName>(settings: TableSettings, name: Name) {
  return settings[name] as Exclude<NonNullable<TableSettings[Name]>, { unread: string }>;
}
