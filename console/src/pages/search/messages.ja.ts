import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: '検索',
  label: '名前、ダイジェスト、ID、またはバージョン付きのパッケージ(例: xz 5.6.1)',
  'empty.title': '名前で検索できます',
  'empty.text': 'イメージ、リポジトリ、パッケージ、脆弱性、ポリシー、例外、レジストリ、連携、ユーザー、グループ、ロール、アプリケーションスコープのうち、表示する権限のあるものを検索します。「xz 5.6.1」のように入力すると、そのバージョンのパッケージを含むイメージが見つかります。',
};
