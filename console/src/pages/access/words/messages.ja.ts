import type { Translation } from '../../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  'preset.administrator': '管理者',
  'preset.security-engineer': 'セキュリティ担当者',
  'preset.developer': '開発者',
  'preset.auditor': '監査担当者',
  'preset.ci': 'パイプライン',
  'preset.worker': 'スキャンワーカー',
  'preset_text.administrator': 'すべての操作ができます。',
  'preset_text.security-engineer': 'ポリシー、例外、レジストリを管理します。ほかのユーザーに権限を与えることはできません。',
  'preset_text.developer': 'イメージをスキャンして登録し、判定を確認して例外を申請します。ポリシーは変更できません。',
  'preset_text.auditor': '監査証跡を含むすべてを表示できます。変更はできません。',
  'preset_text.ci': 'パイプラインがビルドしたイメージを登録し、判定を受け取ります。',
  'preset_text.worker': 'スキャンジョブを受け取り、結果を返します。',
};
