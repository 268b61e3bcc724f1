export const en = {
  count: '{count, plural, one {# object is selected.} other {# objects are selected.}}',
  'count.least': '{count} objects or more are selected.',
  moved: 'It was {before} when you selected them; now it is {now}.',
  'moved.least': 'It was {before} or more when you selected them; counted, it is {now}.',
  'moved.text': 'These were left alone so far. Look at them again, and go on with the new number if that is what you want.',
  rights: 'What you may see but not change is left alone and counted.',
  cancel: 'Cancel',
} as const;
