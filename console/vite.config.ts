import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { sharedSentences } from './sentences.ts';

/** What pages with lists import; the columns and filters of images are those of four pages. What is opened later comes later. */
const OF_LISTS = /\/src\/(?:client\/topics|parts\/(?:table\/(?:ResourceTable|ListPage|source)|bulk\/(?:BulkDialog|useBulk)|why\/WhyPlace)|pages\/images\/(?:counted|list\/(?:columns|exports|filters|messages)))\.tsx?$/;

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
      // Which components a page has is decided by what it uses, not by what stands in one file with that.
      treeshake: { moduleSideEffects: [{ test: /\/src\/parts\/(?:pf\.ts$|said\/)/, sideEffects: false }] },
      output: {
        // What the first page loads at once is one file: it compresses better, and pages need not name its parts once more. So is
        // what lists are made of, with all that it needs: a list is the shell, that file and its own page.
        codeSplitting: { groups: [{ name: 'shell', tags: ['$initial'] }, { name: 'list', test: OF_LISTS }] },
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  // `npm run dev` beside a server, which BULKHEAD_ORIGIN names.
  server: { proxy: { '/api': { target: process.env.BULKHEAD_ORIGIN ?? 'https://127.0.0.1:8443', secure: false } } },
});

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
