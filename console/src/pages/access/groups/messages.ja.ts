import type { Translation } from '../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'グループ',
  new: 'グループを追加',
  create: '追加',
  name: '名前',
  description: '用途',
  roles: 'ロール',
  'roles.help': 'すべてのメンバーに与えられます。',
  members: 'メンバー',
  changed: '変更日時',
  'empty.title': 'グループがありません',
  'empty.text': 'グループを使うと、チームや当番など複数の人に同じロールを与えられます。',
  remove: 'グループを削除',
  'remove.title': 'グループ{name}を削除しますか',
  'remove.text': 'メンバーは残りますが、このグループのロールは失われます。',
  last_administrator: '権限を管理できる人がいなくなります。先にだれかに管理者のロールを与えてください。',
};
