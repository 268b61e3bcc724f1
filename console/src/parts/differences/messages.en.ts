export const en = {
  title: 'What changed',
  place: 'Field',
  before: 'Before',
  after: 'After',
  nothing: 'nothing',
  none: 'Nothing was changed.',
} as const;
