import react from 'eslint-plugin-react';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const NO_INTL = 'Numbers, dates and lists are formatted by src/i18n/format.ts alone.';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.artifacts', 'src/client/generated.ts'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['*.js', 'scripts/*.mjs'] }, tsconfigRootDir: import.meta.dirname } },
    plugins: { react, 'react-hooks': hooks },
    settings: { react: { version: '19' } },
    rules: {
      ...hooks.configs.recommended.rules,
      // The compiler of React is not used; its notes on libraries that it would skip say nothing here.
      'react-hooks/incompatible-library': 'off',
      'react/no-danger': 'error',
      'react/no-danger-with-children': 'error',
      'react/jsx-no-target-blank': 'error',
      'react/jsx-key': 'error',
      // Every word is in a catalog; signs that stand between words are not words.
      'react/jsx-no-literals': ['error', { noStrings: false, allowedStrings: ['·', ':', '→', '/', '…'], ignoreProps: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/only-throw-error': ['error', { allow: [{ from: 'package', package: '@tanstack/router-core', name: 'Redirect' }] }],
      'no-restricted-properties': [
        'error',
        ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'].map((property) => ({ property, message: NO_INTL })),
      ],
      'no-restricted-globals': [
        'error',
        { name: 'Intl', message: NO_INTL },
        { name: 'fetch', message: 'Call the functions of src/client/generated.ts.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "Literal[value=/^#[0-9a-fA-F]{3,8}$/]", message: 'Colors stand in src/styles/tokens.css.' },
        { selector: "JSXAttribute[name.name='style'] Literal[value=/(rgb|hsl)a?[(]/]", message: 'Colors stand in src/styles/tokens.css.' },
      ],
    },
  },
  { files: ['src/i18n/format.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['src/client/transport.ts', 'src/client/stream.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['**/*.test.ts', '**/*.test.tsx', 'journeys/**'], rules: { 'react/jsx-no-literals': 'off', '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-globals': 'off' } },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked], rules: { 'react-hooks/rules-of-hooks': 'off' } },
);
