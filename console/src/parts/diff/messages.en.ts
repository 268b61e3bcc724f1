export const en = {
  same: 'Nothing is different.',
  added: 'Added:',
  removed: 'Removed:',
  folded: '{count, plural, one {# line without change} other {# lines without change}}',
} as const;
