import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  ca: '{file}は、bulkhead upが作成した認証局の証明書です。場所はbulkhead upの起動時に表示されます。このサーバーの証明書が、お使いのコンピューターで信頼されている認証局のものであれば、{option}は不要です。',
};
