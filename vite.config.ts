import { readFileSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const ROOT = import.meta.dirname;
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };

/** The window. `vite build` writes build/renderer, which both `inn serve` and the app show. */
export default defineConfig({
  root: path.join(ROOT, 'renderer'),
  // The app opens the page from a file, the browser from a server: both find files beside the page.
  base: './',
  plugins: [react()],
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
