// Names of permissions and of the roles that come with the installation, in the reader's language.
import { useMemo } from 'react';
import type { Role } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { messages } from './messages';

/** The parts of the platform that have permissions, in the order of the server. */
export const AREAS = ['images', 'findings', 'verdicts', 'registries', 'policies', 'exceptions', 'jobs', 'scans', 'intelligence', 'integrations', 'access', 'audit', 'settings'] as const;

export const ACTIONS = ['read', 'write', 'approve'] as const;

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
  return useMemo(() => {
    const area = (word: string) => {
      const known = AREAS.find((one) => one === word);
      return known ? t(`area.${known}`) : word;
    };
    const action = (word: string) => {
      const known = ACTIONS.find((one) => one === word);
      return known ? t(`action.${known}`) : word;
    };
    return {
      area,
      action,
      permission: (permission) => {
        const [first = '', second = ''] = permission.split('.');
        return `${area(first)}: ${action(second)}`;
      },
      role: (role) => {
        const preset = role.is_preset ? PRESETS.find((one) => one === role.id) : undefined;
        return preset ? t(`preset.${preset}`) : role.name;
      },
      roleText: (role) => {
        const preset = role.is_preset ? PRESETS.find((one) => one === role.id) : undefined;
        return preset ? t(`preset_text.${preset}`) : role.description;
      },
    };
  }, [t]);
}
