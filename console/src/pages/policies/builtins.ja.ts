// What the policies that come with the program say of themselves, in Japanese: their texts are in English. It is known by its
// English, so that what somebody has written anew stays as they wrote it.

/** Descriptions, and names of controls. */
const SAID: Readonly<Record<string, string>> = {
  'Known exploited and critical vulnerabilities that can be repaired, malware and secrets.': '修正可能な脆弱性のうち悪用確認済みまたは重大なもの、マルウェア、シークレットを対象にします。',
  'No repairable vulnerability from high up, none that is exploited or likely to be, nothing unread, no superuser.': '深刻度が高以上で修正可能な脆弱性、悪用確認済みまたは悪用される可能性が高い脆弱性、未解析の部分、スーパーユーザーでの実行を許可しません。',
  'Controls that serve the Payment Card Industry Data Security Standard.': 'PCI DSS(Payment Card Industry Data Security Standard)の要件に対応するコントロールです。',
  'Controls that serve the HIPAA Security Rule.': 'HIPAAセキュリティ規則に対応するコントロールです。',
  'Controls that serve the image countermeasures of NIST SP 800-190.': 'NIST SP 800-190のイメージに関する対策に対応するコントロールです。',
  'security patches within one month': 'セキュリティパッチを1か月以内に適用',
  'no vulnerability that an external scan fails': '外部スキャンで不合格となる脆弱性がない',
  'high-risk and critical vulnerabilities': '高リスクおよび重大な脆弱性',
};

/** The remarks that their texts begin with, by line. */
export const REMARKS = {
  default: ['まず実行すべきでないもの。新しい利用者が最低限求めるべき条件です。'],
  strict: ['外部に公開するイメージや重要なイメージ向け。修正可能な深刻な脆弱性、未解析の部分、', 'rootでの実行を許可しません。'],
  'pci-dss': [
    'PCI DSS v4.0.1の要件に対応する、イメージについてのコントロール。要件を満たしていることの根拠にはなりますが、', 'これだけで要件を満たすわけではありません。条項(clauses)には、2024年6月版の内容を要約しています。',
    '6.3.3の1か月という期限は重大な脆弱性だけを対象とし(v4.0では深刻度の高いものも対象)、', 'スコア4.0は、重要な変更後のスキャンの基準です(11.3.2.1。11.3.2は認定スキャンベンダーのプログラムを参照)。',
  ],
  hipaa: [
    'HIPAAセキュリティ規則(45 CFR part 164, subpart C)に対応する、イメージについてのコントロール。', '規則には製品名もスコアも定められていません。ここでの条件は基準の解釈の一つであり、', 'これだけで規則を満たすわけではありません。',
    '条項(clauses)には、2013年1月25日改正(78 FR 5566)の内容を要約しています。',
  ],
  'nist-sp-800-190': ['NIST SP 800-190(Application Container Security Guide、2017年9月、唯一の版)の対策に対応する、', 'イメージについてのコントロール。条項(clauses)には各節の内容を要約しています。'],
} as const;

/** A text of a policy that came with the program, in Japanese; any other as it is. */
export function saidInJapanese(text: string): string {
  return Object.hasOwn(SAID, text) ? (SAID[text] ?? text) : text;
}
