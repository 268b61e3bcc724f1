import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'images.none': 'イメージはまだありません',
  'images.none.text': 'レジストリのスキャンやビルドパイプラインからイメージが登録されると、パッケージ、検出項目、判定が表示されます。',
  'images.none.registry': 'レジストリを追加',
  'images.none.command': 'パイプラインやターミナルから登録するには、次のコマンドを実行します。',
  ca: '{file}は、bulkhead upが作成した認証局の証明書です。場所はbulkhead upの起動時に表示されます。このサーバーの証明書が、お使いのコンピューターで信頼されている認証局のものであれば、{option}は不要です。',
};
