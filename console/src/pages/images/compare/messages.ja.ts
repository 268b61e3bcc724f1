import type { Translation } from '../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'イメージの比較',
  old: '変更前',
  'old.choose': '比較元のイメージを選択してください。',
  new: '変更後',
  'none.title': '比較するイメージがありません',
  'none.text': '新しいほうのイメージを開き、「比較」を選択してください。',
  'none.images': 'イメージの一覧',
  others: '同じリポジトリのほかのイメージ(新しい順)',
  'others.none': 'このリポジトリのイメージはこれだけです。比較できるイメージがありません。',
  not_compared: '{kinds}は片方でしか検査していないため、比較していません。',
  'findings.added': '新たな検出項目{count}件',
  'findings.added.none': '新たな検出項目はありません。',
  'findings.removed': '解消した検出項目{count}件',
  'findings.removed.none': '解消した検出項目はありません。',
  'findings.changed': '変化した検出項目{count}件',
  'findings.changed.none': '変化した検出項目はありません。',
  fixed: '修正バージョン: {version}',
  packages: '異なるパッケージ{count}件',
  'packages.none': 'パッケージに違いはありません。',
  'package.added': '追加',
  'package.removed': '削除',
  'package.changed': '変更',
  gaps: '新しいイメージの未解析の箇所{count}件',
};
