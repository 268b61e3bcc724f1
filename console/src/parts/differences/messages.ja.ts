import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: '変更内容',
  place: '項目',
  before: '変更前',
  after: '変更後',
  nothing: 'なし',
  none: '変更された項目はありません。',
};
