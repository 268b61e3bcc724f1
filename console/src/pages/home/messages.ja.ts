import type { Translation } from '../../i18n/catalog';
import type { en } from './messages.en';

export const ja: Translation<typeof en> = {
  title: 'ホーム',
  'first.title': '登録されたイメージはまだありません',
  'first.text': 'イメージを登録すると、すぐに判定が行われます。端末やパイプラインから最初のイメージを登録してください。レジストリのページでは、レジストリ全体をスキャンできます。',
  verdicts: '判定別のイメージ',
  risks: '注意が必要なイメージ',
  'risk.kev': '悪用が確認された脆弱性あり',
  'risk.critical': '重大な脆弱性あり',
  'risk.malware': 'マルウェアあり',
  'risk.secrets': 'シークレットあり',
  'risk.gaps': '未解析の部分あり',
  many: '{count}以上',
  worst: '対応が必要なイメージ',
  'worst.none': '非準拠のイメージはありません。',
  'worst.all': '非準拠のイメージをすべて表示',
  fresh: '過去7日間に見つかった脆弱性',
  'fresh.none': '過去7日間に新しく見つかった脆弱性はありません。',
  'fresh.all': 'すべて表示',
  'fresh.images': '{count}件のイメージ',
  none: '表示できる情報がまだありません。アクセスの管理者にロールの割り当てを依頼してください。',
};
