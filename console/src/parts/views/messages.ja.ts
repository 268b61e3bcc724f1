import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  menu: 'ビュー',
  none: 'この一覧の保存済みビューはまだありません。',
  failed: '保存済みビューを読み込めませんでした。',
  'save.open': '現在のビューを保存',
  'manage.open': 'ビューの名前変更と削除',
};
