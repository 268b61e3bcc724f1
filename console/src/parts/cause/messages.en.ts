export const en = {
  details: 'Details',
  unknown: 'It failed for a reason that this console does not know: {code}.',
} as const;
