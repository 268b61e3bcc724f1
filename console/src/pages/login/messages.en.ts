export const en = {
  title: 'Sign in to Bulkhead',
  name: 'Name',
  password: 'Password',
  code: 'Code of the second factor',
  'code.help': 'Six digits from your authenticator application',
  submit: 'Sign in',
  setup: 'Nobody has an account yet. Open the set-up link that the server printed when it started.',
} as const;
