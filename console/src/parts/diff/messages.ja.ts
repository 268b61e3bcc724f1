import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  same: '違いはありません。',
  added: '追加:',
  removed: '削除:',
  folded: '変更のない{count, plural, other {#行}}',
};
