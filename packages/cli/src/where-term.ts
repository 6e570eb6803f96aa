import type { Comparison, JobTerm } from '@linstock/core/internal';
import { closest } from '@linstock/core/internal';
import { InvalidArgumentError } from 'commander';

const COMPARED = /^([^=!<>]{1,500})(!=|[<>]=?|=)(.{0,500})$/s;
const ROOTS = ['input', 'result'];
const EXAMPLE = 'input.user.id=7 (or !=, <, <=, >, >=)';

/** A condition about a value of a job's input or result, such as `input.user.id=7`. */
export function whereTerm(text: string): JobTerm {
  const [, key = '', sign, value = ''] = COMPARED.exec(text) ?? [];
  if (sign === undefined) throw new InvalidArgumentError(`It must be such as ${EXAMPLE}.`);
  const [root = '', ...path] = key.trim().split('.');
  if (!ROOTS.includes(root)) {
    const meant = closest(root, ROOTS);
    const whole = meant === undefined ? ['input', root, ...path] : [meant, ...path];
    throw new InvalidArgumentError(
      `It must begin with "input." or "result."; did you mean ${whole.join('.')}?`,
    );
  }
  if (path.length === 0 || path.includes(''))
    throw new InvalidArgumentError(`It must name a value, as in ${EXAMPLE}.`);
  return { key: [root, ...path].join('.'), comparison: sign as Comparison, value };
}

/** A condition as people read it. */
export function termText({ key, comparison = '=', value }: JobTerm): string {
  const sign = comparison === '=' ? ':' : comparison;
  return `${key}${sign}${/[\s"]/.test(value) || value === '' ? JSON.stringify(value) : value}`;
}
