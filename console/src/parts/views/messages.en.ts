export const en = {
  menu: 'Views',
  none: 'No view of this list is saved yet.',
  failed: 'Your saved views could not be read.',
  'save.open': 'Save this view',
  'manage.open': 'Rename or remove views',
} as const;
