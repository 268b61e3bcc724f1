import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: '脆弱性',
  'column.id': '脆弱性',
  'column.severity': '最も高い深刻度',
  'column.kev': '悪用',
  'column.epss': 'EPSS',
  'column.images': 'イメージ',
  'column.title': '概要',
  'column.published': '公開日',
  'column.first_seen': '初回検出',
  yes: 'はい',
  no: 'いいえ',
  'images.many': '{count}件以上',
  'empty.title': '既知の脆弱性はありません',
  'empty.text': '登録済みのイメージに、インテリジェンスで確認できる脆弱性はありません。インテリジェンスがない場合や解析できなかった部分がある場合は、ほかにも脆弱性がある可能性があります。',
  'back': '脆弱性',
  sources: '情報源ごとの内容',
  'sources.none': '導入済みのインテリジェンスには、これ以上の情報はありません。',
  'source.name': '情報源',
  'source.id': '情報源のID',
  'source.severity': '情報源の評価',
  'source.address': 'アドレス',
  aliases: '別名: {aliases}',
  touched: '影響を受けるイメージ',
};
