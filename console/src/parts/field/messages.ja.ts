import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  missing: '入力してください。',
  'missing.file': 'ファイルを選択してください。',
  'bad.number': '数値を入力してください。',
  'bad.date': '日付を入力してください。',
  'bad.email': 'メールアドレスをname@example.comの形式で入力してください。',
  'bad.url': 'URLをhttps://example.com/hookの形式で入力してください。',
  short: '{least}文字以上で入力してください(現在{count}文字)。',
  long: '{most}文字以内で入力してください(現在{count}文字)。',
  low: '{least}以上の値を入力してください。',
  high: '{most}以下の値を入力してください。',
  early: '{least}以降の日付を入力してください。',
  late: '{most}以前の日付を入力してください。',
  whole: '整数を入力してください。',
  impossible: 'この値は使えません。',
};
