import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  save: '変更を保存',
  saved: '保存しました',
  discard: '変更を破棄',
  'leave.title': '保存せずに移動しますか?',
  'leave.text': 'このページの変更は保存されていません。',
  'leave.action': '保存せずに移動',
  'conflict.title': '編集中にほかのユーザーが変更しました。上書きはされていません。',
  'conflict.apart': '変更した項目が異なるため、双方の変更を残せます。',
  'conflict.both': '次の項目は双方が変更しています。自分の変更を残す場合は、もう一度保存すると反映されます。',
  'conflict.values': '自分: {mine}、相手: {theirs}',
  'conflict.keep': '自分の変更を残す',
  'conflict.discard': '自分の変更を破棄',
};
