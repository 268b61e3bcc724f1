// Names of permissions and of the roles that come with the installation, in the reader's language.
import { useMemo } from 'react';
import type { Role } from '../../../client/generated';
import { useFormat, useMessages } from '../../../i18n/language';
import { actionName, areaName, permissionName } from '../../../i18n/permissions/permissions';
import { messages } from './messages';

const PRESETS = ['administrator', 'security-engineer', 'developer', 'auditor', 'ci', 'worker'] as const;

export interface AccessWords {
  /** `Images`; the word of the API where this console does not know it. */
  area: (area: string) => string;
  action: (action: string) => string;
  /** `Images: change`. */
  permission: (permission: string) => string;
  role: (role: Pick<Role, 'id' | 'name' | 'is_preset'>) => string;
  roleText: (role: Pick<Role, 'id' | 'description' | 'is_preset'>) => string;
}

export function useAccessWords(): AccessWords {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(
    () => ({
      area: (word) => areaName(word, format),
      action: (word) => actionName(word, format),
      permission: (permission) => permissionName(permission, format),
      role: (role) => {
        const preset = role.is_preset ? PRESETS.find((one) => one === role.id) : undefined;
        return preset ? t(`preset.${preset}`) : role.name;
      },
      roleText: (role) => {
        const preset = role.is_preset ? PRESETS.find((one) => one === role.id) : undefined;
        return preset ? t(`preset_text.${preset}`) : role.description;
      },
    }),
    [t, format],
  );
}
