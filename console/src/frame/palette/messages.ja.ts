import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: '検索',
  label: 'イメージ、パッケージ、脆弱性、ユーザー、ページを検索',
  help: '名前、ダイジェスト、ID、またはバージョン付きのパッケージ(例: xz 5.6.1)を入力します',
  results: '検索結果',
  'results.count': '{count}件',
  places: 'ページと操作',
  goto: 'ページへ移動',
  all: '「{text}」の検索結果をすべて表示',
  searching: '検索中',
  keys: '矢印キーで選択、Enterで開く、Ctrl+Enterで新しいタブに開く',
  'action.language': '言語: {name}',
  'action.theme': 'テーマ: {name}',
  'action.keys': 'キー操作を表示',
};
