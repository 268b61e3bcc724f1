import type { Translation } from '../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'グループ',
  new: 'グループを追加',
  create: '追加',
  name: '名前',
  description: '用途',
  roles: 'ロール',
  'roles.help': 'すべてのメンバーに割り当てられます。',
  members: 'メンバー',
  'members.of': '「{name}」のメンバー{count}人',
  changed: '変更日時',
  'empty.title': 'グループはまだありません',
  'empty.text': 'グループを使うと、チームや当番など複数の人に同じロールをまとめて割り当てられます。',
  remove: 'グループを削除',
  'remove.title': 'グループ「{name}」の削除',
  'remove.text': 'メンバーは残りますが、このグループを通じて割り当てられたロールは失われます。',
  last_administrator: '権限を管理できるユーザーがいなくなります。先にほかのユーザーに管理者のロールを割り当ててください。',
};
