import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: '初期設定',
  text: '最初のユーザー(管理者)を作成します。ほかのユーザーは管理者が作成します。',
  secret: '初期設定用リンクのシークレット',
  'secret.help': 'ユーザーがいない間、サーバーは起動時にこのリンクを表示します。',
  name: 'サインイン名',
  'name.help': '1～64文字(日本語などの文字、数字、. - _ @ +)',
  password: 'パスワード',
  'password.help': '12文字以上',
  repeat: 'パスワード(確認)',
  'repeat.differs': 'パスワードが一致しません。',
  submit: '作成してサインイン',
  done: '最初のユーザーはすでに作成されています。',
  'to.login': 'サインイン',
};
