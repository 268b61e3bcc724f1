import type { Translation } from '../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  none: 'この一覧の保存済みビューはまだありません。',
  'save.title': '現在のビューを保存',
  'save.text': 'この一覧の絞り込み条件、並び順、列を名前を付けて保存します。保存したビューは自分だけが使用できます。',
  filter: '絞り込み条件',
  order: '並び順',
  columns: '列',
  'filter.none': 'なし',
  'order.own': '一覧の既定の順',
  'columns.usual': '既定の列',
  name: '名前',
  'name.taken': '同じ名前のビューがあります。保存するとその内容が置き換わります。',
  save: '保存',
  replace: '置き換え',
  full: '保存済みビューが上限の{most}件に達しています。いずれかを削除してください。',
  'manage.title': 'この一覧のビュー',
  'manage.done': '完了',
  'rename.label': '「{name}」の名前',
  rename: '名前を変更',
  remove: '「{name}」を削除',
  cancel: 'キャンセル',
};
