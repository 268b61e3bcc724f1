import type { Translation } from '../catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'area.images': 'イメージ',
  'area.findings': '検出項目への注記',
  'area.verdicts': '判定',
  'area.registries': 'レジストリ',
  'area.policies': 'アシュアランスポリシー',
  'area.exceptions': '例外',
  'area.jobs': 'ジョブ',
  'area.scans': 'スキャン処理',
  'area.intelligence': 'サイバーインテリジェンス',
  'area.integrations': '連携',
  'area.access': 'ユーザーと権限',
  'area.audit': '監査証跡',
  'area.settings': '設定',
  'action.read': '表示',
  'action.write': '変更',
  'action.approve': '承認',
  'quoted.permission': '「{area}: {action}」',
};
