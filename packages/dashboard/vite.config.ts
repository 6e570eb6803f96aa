import { defineConfig } from 'vite';

/** The user interface: hashed static files that need no other address, in dist/ui. */
export default defineConfig({
  root: new URL('./src/ui', import.meta.url).pathname,
  // Links are relative: the page works below any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: new URL('./dist/ui', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'es2022',
    // Content-Security-Policy allows no data: script or style.
    assetsInlineLimit: 0,
    // What the first script needs is named in the page; browsers that need the polyfill are too old for the rest.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What every page needs is one script: it is shorter than three, and each would come with the first page anyhow.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'base', test: /preact|ui\/\w+\.ts$/ }] } },
    },
  },
  logLevel: 'warn',
});
