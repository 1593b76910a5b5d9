import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** Rooms from the top of the hill down: each may import the ones that it lists, itself, and nothing else. */
const rooms = {
  model: [],
  files: ['model'],
  rules: ['model'],
  store: ['model', 'files', 'rules'],
  engine: ['model', 'files', 'rules', 'store'],
  shared: ['model', 'rules'],
  panels: ['model', 'files', 'rules', 'shared'],
  cli: ['model', 'files', 'rules', 'store', 'engine'],
  editor: ['model', 'files', 'rules', 'store', 'engine', 'shared', 'panels'],
};

const downhill = Object.entries(rooms).map(([room, below]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `(^|/)\\.\\./(${Object.keys(rooms)
              .filter((r) => r !== room && !below.includes(r))
              .join('|')})/`,
            message: `Imports run downhill: ${room}/ may import ${below.join(', ') || 'nothing'} only (docs/architecture.md).`,
          },
          ...(room === 'editor'
            ? []
            : [{ regex: '^vscode$', message: 'Only src/editor/ and src/extension.ts know VS Code.' }]),
          ...(['model', 'files', 'rules', 'shared', 'panels'].includes(room)
            ? [{ regex: '^(node:)?(fs|child_process|net|http|os)(/|$)', message: `${room}/ does no I/O.` }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.sandbox/', 'sample/', 'test/fixtures/'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })] },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
    },
  },
  ...downhill,
  {
    files: ['webview/**'],
    rules: {
      'no-console': ['error', { allow: ['error'] }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/src/(?!(shared|rules|model)/)',
              message: 'The panels import shared/, rules/ and model/ only (docs/architecture.md).',
            },
            { regex: '^zod', message: 'Pages come without zod: it is too large for them.' },
          ],
        },
      ],
    },
  },
  {
    files: ['webview/**'],
    ignores: ['webview/ui/toolkit.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='@vscode/webview-ui-toolkit']",
          message: 'Only webview/ui/toolkit.ts knows the toolkit.',
        },
      ],
    },
  },
  { files: ['scripts/**', '*.mjs', 'src/cli/**', 'test/**'], rules: { 'no-console': 'off' } },
  { files: ['*.mjs'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['test/**'], rules: { '@typescript-eslint/no-unused-expressions': 'off' } },
  { files: ['**/*.mjs', '**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
