export const en = {
  save: 'Save changes',
  saved: 'Saved',
  discard: 'Discard changes',
  'leave.title': 'Leave without saving?',
  'leave.text': 'What you changed on this page is not saved.',
  'leave.action': 'Leave without saving',
  'conflict.title': 'Somebody else has changed it meanwhile. Nothing was overwritten.',
  'conflict.apart': 'You changed other things than they did: both can be kept.',
  'conflict.both': 'Both of you changed the following. If you keep yours, it counts when you save again.',
  'conflict.values': 'yours: {mine}, theirs: {theirs}',
  'conflict.keep': 'Keep my changes on top of theirs',
  'conflict.discard': 'Discard my changes',
} as const;
