import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'Bulkheadにサインイン',
  name: 'サインイン名',
  password: 'パスワード',
  code: '二要素認証のコード',
  'code.help': '認証アプリに表示される6桁の数字',
  submit: 'サインイン',
  setup: 'まだアカウントがありません。サーバーの起動時に表示された初期設定用のリンクを開いてください。',
};
