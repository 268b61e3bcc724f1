import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  count: '{count, plural, other {#件}}を選択しています。',
  'count.least': '{count}件以上を選択しています。',
  moved: '選択時は{before}件でしたが、現在は{now}件です。',
  'moved.least': '選択時は{before}件以上でしたが、集計の結果は{now}件です。',
  'moved.text': 'これらはまだ変更していません。内容を確認し、問題がなければ新しい件数で実行してください。',
  rights: '閲覧できても変更する権限のない項目は、変更せずに件数だけを表示します。',
  cancel: 'キャンセル',
};
