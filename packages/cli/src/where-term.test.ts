import { expect, test } from 'vitest';
import { termText, whereTerm } from './where-term.ts';

test.each([
  ['input.user.id=7', { key: 'input.user.id', comparison: '=', value: '7' }, 'input.user.id:7'],
  ['input.a>=-1.5', { key: 'input.a', comparison: '>=', value: '-1.5' }, 'input.a>=-1.5'],
  ['input.a!=b=c', { key: 'input.a', comparison: '!=', value: 'b=c' }, 'input.a!=b=c'],
  [
    'result.text= two words',
    { key: 'result.text', comparison: '=', value: ' two words' },
    'result.text:" two words"',
  ],
  ['input.to.0=', { key: 'input.to.0', comparison: '=', value: '' }, 'input.to.0:""'],
])('%s', (text, term, shown) => {
  expect(whereTerm(text)).toEqual(term);
  expect(termText(whereTerm(text))).toBe(shown);
});

test.each([
  ['user.id=7', 'did you mean input.user.id?'],
  ['inptu.user.id=7', 'did you mean input.user.id?'],
  ['input.user.id', 'It must be such as input.user.id=7'],
  ['input=7', 'It must name a value'],
  ['input..a=7', 'It must name a value'],
  ['=7', 'It must be such as'],
])('"%s" is refused, and why', (text, message) => {
  expect(() => whereTerm(text)).toThrow(message);
});
