export const en = {
  'preset.administrator': 'Administrator',
  'preset.security-engineer': 'Security engineer',
  'preset.developer': 'Developer',
  'preset.auditor': 'Auditor',
  'preset.ci': 'Pipeline',
  'preset.worker': 'Scan worker',
  'preset_text.administrator': 'Does everything.',
  'preset_text.security-engineer': 'Writes policies, handles exceptions and registries; gives no rights to others.',
  'preset_text.developer': 'Scans and registers images, reads their verdicts and asks for exceptions; changes no policy.',
  'preset_text.auditor': 'Sees everything, the audit trail included; changes nothing.',
  'preset_text.ci': 'Registers what a pipeline built and gets its verdict.',
  'preset_text.worker': 'Leases scan jobs and answers them.',
} as const;
