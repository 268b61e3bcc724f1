import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  open: 'エクスポート',
  'open.keys': '一覧をエクスポート',
  title: 'エクスポート',
  text: '読み込み済みの行だけでなく、条件に一致するすべての行を一覧の並び順で出力します。',
  filter: '絞り込み条件',
  'filter.none': 'なし(閲覧できるすべての項目)',
  order: '並び順',
  format: '形式',
  'format.csv': 'CSV形式',
  'format.jsonl': 'JSON Lines形式',
  'format.sarif': 'SARIF形式',
  'help.csv': '表計算ソフト向け。数式とみなされるセルは無害化されます。',
  'help.jsonl': 'プログラム向け。1行に1件のオブジェクトを出力します。',
  'help.sarif': '解析結果を表示するツール向け。',
  findings: '検出項目({format})',
  submit: 'エクスポート',
  'submit.text': 'サーバーがファイルを作成し、このページに進捗を表示します。ファイルは1日間、アカウントのページからもダウンロードできます。',
  stream: '今すぐダウンロード',
  call: 'API呼び出しとしてコピー',
  cancel: 'キャンセル',
};
