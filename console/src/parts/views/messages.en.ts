export const en = {
  menu: 'Views',
  none: 'No view of this list is saved yet.',
  'save.open': 'Save this view',
  'manage.open': 'Rename or remove views',
} as const;
