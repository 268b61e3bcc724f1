// Settings as they are edited: only what is set here has a value; the rest is as the configuration or its default says.
import type { InstallationSetting, InstallationSettings, SettingsEdit } from '../../../client/generated';

/** By key: a flag, a number as it is typed, or nothing for the default. */
export type SettingsDraft = Record<string, boolean | string | null>;

export function draftOf({ items }: InstallationSettings): SettingsDraft {
  return Object.fromEntries(items.map((item) => [item.key, item.source === 'set' ? typed(item.value) : null]));
}

export function editOf(draft: SettingsDraft): SettingsEdit {
  const set = Object.entries(draft).filter((entry): entry is [string, boolean | string] => entry[1] !== null);
  const values = Object.fromEntries(set.map(([key, value]) => [key, typeof value === 'boolean' ? value : Number(value)]));
  // The document describes the values as objects; the server takes flags and numbers, as its description says.
  return { values: values as unknown as SettingsEdit['values'] };
}

/** What a setting is while nothing is set here. */
export function unset(item: InstallationSetting): boolean | string {
  return typed(item.default);
}

function typed(value: unknown): boolean | string {
  return typeof value === 'boolean' ? value : String(value);
}
