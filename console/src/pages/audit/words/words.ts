// The words of the audit trail in the reader's language; what this console does not know stays as the API tells it.
import { useMemo } from 'react';
import { useMessages } from '../../../i18n/language';
import { messages } from './messages';

export const OBJECTS = [
  'user', 'group', 'role', 'scope', 'token', 'session', 'policy', 'exception', 'image', 'finding', 'registry', 'job', 'integration',
  'audit', 'settings', 'intelligence', 'installation', 'export',
] as const;

/** What exports are of: the words of their actions (`images.export`). */
const LISTS = ['images', 'findings', 'vulnerabilities', 'packages'] as const;

const VERBS = [
  'create', 'update', 'change', 'delete', 'remove', 'revoke', 'answer_for', 'request', 'approve', 'refuse', 'withdraw', 'expire',
  'register', 'deny', 'revoke_approval', 'scan', 'list', 'test', 'retry', 'cancel', 'bulk', 'export', 'import', 'refresh', 'acknowledge',
  'unacknowledge', 'login', 'logout', 'confirm', 'end', 'end_all', 'end_others', 'password', 'reset_password', 'second_factor_add',
  'second_factor_remove', 'bulk_end', 'undo', 'undo_end', 'rescan', 'retain', 'dry_run',
] as const;

export const OUTCOMES = ['done', 'refused', 'failed'] as const;

export const KINDS = ['user', 'token', 'server', 'unknown'] as const;

export interface AuditWords {
  object: (word: string) => string;
  /** `User: changed`. */
  action: (word: string) => string;
  outcome: (word: string) => string;
  kind: (word: string) => string;
}

export function useAuditWords(): AuditWords {
  const t = useMessages(messages);
  return useMemo(() => {
    const object = (word: string) => {
      const known = OBJECTS.find((one) => one === word);
      return known ? t(`object.${known}`) : word;
    };
    const subject = (word: string) => {
      const list = LISTS.find((one) => one === word);
      return list ? t(`list.${list}`) : object(word);
    };
    return {
      object,
      action: (word) => {
        const [first = '', second = ''] = word.split('.');
        const known = VERBS.find((one) => one === second);
        return `${subject(first)}: ${known ? t(`verb.${known}`) : second}`;
      },
      outcome: (word) => {
        const known = OUTCOMES.find((one) => one === word);
        return known ? t(`outcome.${known}`) : word;
      },
      kind: (word) => {
        const known = KINDS.find((one) => one === word);
        return known ? t(`kind.${known}`) : word;
      },
    };
  }, [t]);
}
