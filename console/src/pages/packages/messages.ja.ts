import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'パッケージ',
  lead: 'どのイメージで使われているかを調べるには、パッケージ名、または「name:名前」や「version:バージョン」の条件を入力します。',
  'column.name': 'パッケージ',
  'column.version': 'バージョン',
  'column.ecosystem': 'エコシステム',
  'column.source': 'ソースパッケージ',
  'column.images': 'イメージ',
  'column.purl': 'purl',
  'images.with': '「{name}」を含むイメージ{count}件',
  'images.with.many': '「{name}」を含むイメージ{count}件以上',
  'images.many': '{count}件以上',
  'empty.title': 'パッケージのあるイメージはありません',
  'empty.text': '登録済みのすべてのイメージのパッケージが、重複なくここに表示されます。解析できなかった部分は、各イメージのページで確認できます。',
};
