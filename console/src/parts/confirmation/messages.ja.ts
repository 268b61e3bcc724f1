import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'パスワードの再入力',
  text: 'アクセス権や外部に影響する操作のため、パスワードの再入力が必要です。入力後15分間は再入力を求められません。',
  password: '{name}のパスワード',
  action: '確認',
};
