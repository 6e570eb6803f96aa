import path from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
// Not its "sync" one: when that is closed, its process may say "context canceled" (TypeScript#64242).
import { API } from 'typescript/unstable/async';
import { ROOT } from './run.mjs';

/** Every regular expression in the sources of these projects: where, and its pattern, unless that is put together. */
export async function regexesOf(configs) {
  const api = new API({ cwd: ROOT });
  try {
    const snapshot = await api.updateSnapshot({ openProjects: configs });
    const files = snapshot
      .getProjects()
      .flatMap(({ program, rootFiles }) => rootFiles.map((file) => program.getSourceFile(file)));
    return (await Promise.all(files)).flatMap(regexesIn);
  } finally {
    await api.close();
  }
}

function regexesIn(file) {
  const found = [];
  const visit = (node) => {
    const pattern = patternOf(node);
    if (pattern !== undefined) found.push({ ...pattern, ...placeOf(node, file) });
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function placeOf(node, file) {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { file: path.relative(ROOT, file.fileName).replaceAll(path.sep, '/'), line: line + 1 };
}

/** What an expression matches: `{ source, flags }`, `{}` where that is known only when it runs, undefined if it is none. */
function patternOf(node) {
  if (node.kind === SyntaxKind.RegularExpressionLiteral) {
    const end = node.text.lastIndexOf('/');
    return { source: node.text.slice(1, end), flags: node.text.slice(end + 1) };
  }
  const isCall = node.kind === SyntaxKind.NewExpression || node.kind === SyntaxKind.CallExpression;
  if (!isCall || node.expression.text !== 'RegExp') return undefined;
  const [source, flags] = node.arguments ?? [];
  return isText(source) && (flags === undefined || isText(flags))
    ? { source: source.text, flags: flags?.text ?? '' }
    : {};
}

function isText(node) {
  return node?.kind === SyntaxKind.StringLiteral || node?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;
}
