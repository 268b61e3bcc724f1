import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'state.waiting': '待機中',
  'state.leased': '実行中',
  'state.done': '完了',
  'state.dead': '失敗',
  'state.cancelled': '中止',
  'kind.scan': 'スキャン',
  'kind.list': '一覧の取得',
  'kind.test': '接続テスト',
  'kind.export': 'エクスポート',
  'kind.bulk': '一括変更',
  'kind.dry_run': 'シミュレーション',
  progress: '{total}件中{done}件',
  'progress.open': '{done}件処理済み',
  'step.dns': '名前解決(DNS)',
  'step.tcp': '接続(TCP)',
  'step.tls': '暗号化(TLS)',
  'step.authentication': '認証',
  'step.authorization': '一覧の取得権限',
  'step.rate_limit': '利用回数の制限',
  'outcome.ok': '成功',
  'outcome.failed': '失敗',
  'outcome.skipped': '未実施',
  'outcome.waiting': 'ワーカーを待っています',
  'steps.label': '接続テストの手順',
};
