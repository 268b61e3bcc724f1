export const en = {
  title: 'Your password again',
  text: 'This changes who may do what, or has effects outside. It needs your password; for the next 15 minutes you are not asked again.',
  password: 'Password of {name}',
  action: 'Confirm',
} as const;
