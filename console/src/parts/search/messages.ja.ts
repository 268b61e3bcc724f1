import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'kind.image': 'イメージ',
  'kind.repository': 'リポジトリ',
  'kind.vulnerability': '脆弱性',
  'kind.package': 'パッケージ',
  'kind.policy': 'アシュアランスポリシー',
  'kind.exception': '例外',
  'kind.registry': 'レジストリ',
  'kind.integration': '連携',
  'kind.user': 'ユーザー',
  'kind.group': 'グループ',
  'kind.role': 'ロール',
  'kind.scope': 'アプリケーションスコープ',
  'images.with': '「{what}」を含むイメージ',
  'images.all': '「{what}」を含むイメージをすべて表示({count}件)',
  'images.all.uncounted': '「{what}」を含むイメージをすべて表示',
  nothing: '表示できる範囲に「{text}」と一致するものはありません。',
};
