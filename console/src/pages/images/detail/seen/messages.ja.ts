import type { Translation } from '../../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  column: '確認済み',
  open: '確認済みにする',
  'open.what': '{what}を確認済みにする',
  'shown.what': '{what}は{name}が確認済み',
  title: '検出項目を確認済みにする',
  text: '内容を確認したことを記録します。判定は変わりません。判定を変えるには、例外を申請してください。',
  reason: 'コメント',
  'reason.help': '3～2,000文字。検出項目の横と監査証跡に表示されます。',
  until: '有効期間',
  'until.days': '{count}日間',
  'until.date': '日付を指定',
  'until.never': '無期限',
  date: '最終日',
  alone: 'このイメージだけに適用',
  'alone.help': '選択しない場合は、権限のあるリポジトリのすべてのイメージに適用されます(今後のビルドを含む)。',
  'shown.title': '確認済みの検出項目',
  'shown.by': '確認者',
  'shown.at': '確認日時',
  'shown.reason': 'コメント',
  'shown.until': '有効期限',
  'shown.place': '適用範囲',
  'place.image': 'このイメージ',
  remove: '確認済みを解除',
  'remove.text': '解除すると、{place}では無効になります。イメージのほかのリポジトリで確認済みの場合、そちらは解除するまで有効です。記録は監査証跡に残ります。',
};
