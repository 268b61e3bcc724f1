import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The sentences of `content/messages` that the console needs, by module; the others are of the command line and its reports. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  'virtual:verdict-sentences': /^(verdict\.|table\.severity\.)/,
  'virtual:problem-sentences': /^problem\./,
};

export default defineConfig({
  plugins: [react(), sharedSentences(), compressed()],
  build: {
    target: 'es2022',
    outDir: 'dist/site',
    emptyOutDir: true,
    // The policy of the server allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    cssMinify: true,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  // `npm run dev` beside a server, which BULKHEAD_ORIGIN names.
  server: { proxy: { '/api': { target: process.env.BULKHEAD_ORIGIN ?? 'https://127.0.0.1:8443', secure: false } } },
});

/** The catalogs that the console shares with the other programs. */
function sharedSentences(): Plugin {
  const read = (language: string, codes: RegExp) => {
    const path = new URL(`../content/messages/${language}.json`, import.meta.url);
    const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([code]) => codes.test(code))));
  };
  return {
    name: 'shared-sentences',
    resolveId: (id) => (id in SENTENCES ? `\0${id}` : undefined),
    load(id) {
      const codes = id.startsWith('\0') ? SENTENCES[id.slice(1)] : undefined;
      if (codes === undefined) return;
      return `export const english = ${read('en', codes)};\nexport const japanese = ${read('ja', codes)};`;
    },
  };
}

/** Beside each file that compresses, the file compressed: the server sends those as they are. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (!/\.(js|css|html|svg|json|txt)$/.test(name)) continue;
          const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
          this.emitFile({ type: 'asset', fileName: `${name}.br`, source: brotli });
          this.emitFile({ type: 'asset', fileName: `${name}.gz`, source: gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }) });
        }
      },
    },
  };
}
