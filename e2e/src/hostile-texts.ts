/** What each text below would run, if something ran it: it marks the window, where a test looks for the mark. */
const RUN = 'window.ran=1';
const TAG = `<script>${RUN}</script>`;

/**
 * Texts that run as a script where a page takes text for something else: for markup, an attribute, a style, an address, a
 * template, JSON in a script, or a spreadsheet's formula. None has a control character and none is longer than 128
 * characters, so that every field takes them.
 */
export const HOSTILE_TEXTS: readonly string[] = [
  // Markup.
  TAG,
  `<ScRiPt>${RUN}</sCrIpT>`,
  `<script src="data:text/javascript,${RUN}"></script>`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `<img src=x onerror=${RUN}>`,
  `<img src=x onerror="${RUN}" title='a > b'>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><a xlink:href="javascript:${RUN}"><text y=9>press</text></a></svg>`,
  `<math><mtext><img src=x onerror=${RUN}></mtext></math>`,
  `<iframe srcdoc="&lt;script&gt;parent.ran=1&lt;/script&gt;"></iframe>`,
  `<iframe src="javascript:parent.ran=1"></iframe>`,
  `<object data="data:text/html,${TAG}"></object>`,
  `<embed src="javascript:${RUN}">`,
  `<body onload=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<details open ontoggle=${RUN}>x</details>`,
  `<video><source onerror=${RUN}></video>`,
  `<audio src=x onerror=${RUN}>`,
  `<marquee onstart=${RUN}>x</marquee>`,
  `<form action="javascript:${RUN}"><button>press</button></form>`,
  `<base href="https://elsewhere.invalid/">`,
  `<meta http-equiv="refresh" content="0;url=javascript:${RUN}">`,
  `<link rel=stylesheet href="https://elsewhere.invalid/x.css">`,
  `<style>@import "https://elsewhere.invalid/x.css";</style>`,
  `<template><script>${RUN}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>">`,
  // Ends of what it might stand in.
  `"><script>${RUN}</script>`,
  `'><img src=x onerror=${RUN}>`,
  `</title></textarea></style></script>${TAG}`,
  `--><script>${RUN}</script>`,
  `]]><script>${RUN}</script>`,
  `" onmouseover="${RUN}" autofocus onfocus="${RUN}" x="`,
  `' onfocus='${RUN}' autofocus '`,
  '`onmouseover=window.ran=1`',
  `';${RUN};//`,
  `");${RUN};//`,
  `\\";${RUN};//`,
  // Addresses and styles.
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}//`,
  `data:text/html,${TAG}`,
  `//elsewhere.invalid/x.js`,
  `x;background:url(javascript:${RUN})`,
  `expression(${RUN})`,
  // Templates and formulas.
  `{{constructor.constructor("${RUN}")()}}`,
  `\${${RUN}}`,
  `#{${RUN}}`,
  `<%= ${RUN} %>`,
  `=HYPERLINK("https://elsewhere.invalid";"press")`,
  `=cmd|' /C calc'!A1`,
  // What is written twice, or otherwise than it looks.
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `%3Cscript%3E${RUN}%3C/script%3E`,
  `\uFF1Cscript\uFF1E${RUN}\uFF1C/script\uFF1E`,
  '\u202Egnp.exe\u202C',
  '<img/src=x\u00A0onerror=window.ran=1>',
  // Names that an object has already.
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '{"constructor":null,"type":"script","props":{"children":"window.ran=1"}}',
];
