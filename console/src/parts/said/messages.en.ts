export const en = {
  'tabs.back': 'Scroll back',
  'tabs.forward': 'Scroll on',
} as const;
