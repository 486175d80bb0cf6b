import { readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ROOT = import.meta.dirname;
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };

/**
 * React Aria brings its own texts in 34 languages, a tenth of the window. All others of ours are English, so English is what it
 * gets for each of them; a language that the window learns is to be left alone here.
 */
const OTHER_LANGUAGE = /\/intl\/(?:.*\/)?(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/;
const englishOnly: Plugin = {
  name: 'english-only',
  enforce: 'pre',
  resolveId: {
    filter: { id: OTHER_LANGUAGE },
    handler(source, importer) {
      const ours = importer !== undefined && /node_modules\/react-(aria|stately|aria-components)\//.test(importer);
      return ours ? this.resolve(source.replace(/[^/]*$/, 'en-US.mjs'), importer) : null;
    },
  },
};

/** The window. `vite build` writes build/renderer, which both `inn serve` and the app show. */
export default defineConfig({
  root: path.join(ROOT, 'renderer'),
  // The app opens the page from a file, the browser from a server: both find files beside the page.
  base: './',
  plugins: [englishOnly, react()],
  define: { __INN_VERSION__: JSON.stringify(version) },
  build: {
    outDir: path.join(ROOT, 'build/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    // Nothing inline: the page's content security policy allows files of its own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
