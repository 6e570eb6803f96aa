import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** What no chart of ours asks for: ways of drawing, and joining tables. The library keeps it for whoever asks by name, 2 KB of script. */
const UNUSED = ['paths.stepped', 'paths.bars', 'paths.spline', 'uPlot.join'];

/** Takes them out. Fails when the library has changed, so that nobody ships what this cut wrongly. */
function withoutUnused(): Plugin {
  return {
    name: 'uplot-without-unused',
    transform(code, id) {
      if (!id.includes('uPlot.esm.js')) return undefined;
      const lines = UNUSED.map((name) => new RegExp(`^\\s*\\(?${name}\\s*= \\w+\\)?;$`, 'm'));
      const missing = lines.find((line) => !line.test(code));
      if (missing !== undefined) throw new Error(`uPlot has no line ${missing} any more`);
      return { code: lines.reduce((rest, line) => rest.replace(line, ''), code), map: null };
    },
  };
}

/** The user interface: hashed static files that need no other address, in dist/ui. */
export default defineConfig({
  root: new URL('./src/ui', import.meta.url).pathname,
  // Links are relative: the page works below any path.
  base: './',
  plugins: [withoutUnused()],
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
