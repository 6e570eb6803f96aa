import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

/** What no chart of ours asks for: ways of drawing, joining tables, names of days. The library keeps it for whoever asks by name. */
const UNUSED = ['paths.stepped', 'paths.bars', 'paths.spline', 'uPlot.join', 'const days3', 'const months3'];
/** What none of our charts calls: they are logarithmic by their data, have no bands, and words of their own for instants. */
const NEVER_CALLED = [
  'rangeLog',
  'rangeAsinh',
  'logAxisSplits',
  'asinhAxisSplits',
  'log10AxisValsFilt',
  'log2AxisValsFilt',
  'clipBandLine',
  'tzDate',
  'timeAxisVal',
];
/** What is made for axes and legends that are not ours, and then used by none. */
const NEVER_USED = ['fmtDate', 'timeAxisStamps', 'timeAxisVals', 'timeSeriesStamp', 'timeSeriesVal'];

/** Ways of using a chart that ours have not: to draw a part larger, to tie charts together, to change what they show. */
const NEVER_DONE = [
  'mouseDown',
  'mouseUp',
  'dblClick',
  'pubSync',
  'delSeries',
  'addBand',
  'setBand',
  'delBand',
];

/** What is taken out of the library, and what stands there instead. */
const CUTS: readonly (readonly [part: RegExp, rest: string])[] = [
  ...UNUSED.map((name) => [new RegExp(`^\\s*\\(?${name}\\s*= [\\w.()]+?\\)?;$`, 'm'), ''] as const),
  ...[...NEVER_CALLED, ...NEVER_USED, ...NEVER_DONE].map(
    (name) => [new RegExp(`(?<=^(\\t?)function ${name}\\(.*\\) \\{)$[^]*?(?=^\\1\\}$)`, 'm'), ''] as const,
  ),
  [/(?<=const _timeAxisStamps = \[)[^]*?(?=^\t\];)/m, ''],
  [/(?<=\t(MMM|WWW): +)(months3|days3)(?=,)/g, 'null'],
  [/(?<=const showLegend = )legend\.show(?=;)/, 'false'],
  [/(?<=const cursorFocus = )focus\.prox >= 0(?=;)/, 'false'],
  [/(?<=^\tconst mode = )(self|u)\.mode(?=;)/gm, '1'],
  [/(?<=const ms = )opts\.ms \|\| (?=1e-3;)/, ''],
  [/select\.show && dragging/, 'false'],
];

/** Takes them out. Fails when the library has changed there, so that nobody ships what this cut wrongly. */
function cut(code: string, [part, rest]: (typeof CUTS)[number]): string {
  const left = code.replace(part, rest);
  if (left === code) throw new Error(`uPlot has no ${part} any more`);
  return left;
}

function withoutUnused(): Plugin {
  return {
    name: 'uplot-without-unused',
    transform: (code, id) =>
      id.includes('uPlot.esm.js') ? { code: CUTS.reduce(cut, code), map: null } : undefined,
  };
}

/** All styles are one file, and what a later script imports is there before it: nothing has to be loaded ahead of it. */
function withoutPreload(): Plugin {
  return {
    name: 'import-without-preload',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : undefined,
  };
}

/** The user interface: hashed static files that need no other address, in dist/ui. */
export default defineConfig({
  root: new URL('./src/ui', import.meta.url).pathname,
  // Links are relative: the page works below any path.
  base: './',
  plugins: [withoutUnused(), withoutPreload()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: new URL('./dist/ui', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'es2022',
    // Content-Security-Policy allows no data: script or style.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    // What the first script needs is named in the page; browsers that need the polyfill are too old for the rest.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, deps, { hostType }) => (hostType === 'html' ? deps : []),
    },
    reportCompressedSize: false,
    // What the first page names, with all that this imports, is one script: it is shorter than several, which would come together
    // anyhow.
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'base', test: /ui\/main\.tsx$/ }] } },
    },
  },
  logLevel: 'warn',
});
