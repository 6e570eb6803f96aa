import { defineJob, OptionError } from '@linstock/core';
import { expect, test } from 'vitest';
import type { Handler } from './handlers.ts';
import { defineHandler, Handlers, isHandler } from './handlers.ts';

const greet = defineJob<{ name: string }, string>({ name: 'greet' });
const part = defineJob({ name: 'part' });

test('a handler is found by the name of its job', () => {
  const handlers = new Handlers();
  const handler: Handler<{ name: string }, string> = ({ name }) => `hello ${name}`;
  handlers.add(greet, handler);
  expect(handlers.find('greet')).toEqual({ contract: greet, handler });
  expect(handlers.find('toString')).toBeUndefined();
});

test('the names are sorted', () => {
  const handlers = new Handlers();
  handlers.add(part, () => undefined);
  handlers.add(greet, () => '');
  expect(handlers.names()).toEqual(['greet', 'part']);
});

test('a second handler for a job is refused', () => {
  const handlers = new Handlers();
  handlers.add(greet, () => '');
  expect(() => handlers.add(greet, () => '')).toThrow(
    new OptionError('handle', 'must name each job once; this one has a handler already', 'greet'),
  );
});

test('a handler is found by the former names of its job too', () => {
  const handlers = new Handlers();
  handlers.add(defineJob({ name: 'mail.send', aliases: ['send-mail', 'mail'] }), () => 1);
  expect(handlers.find('send-mail')).toBe(handlers.find('mail.send'));
  expect(handlers.names()).toEqual(['mail', 'mail.send', 'send-mail']);
});

test.each([
  ['a name', defineJob({ name: 'new' }), defineJob({ name: 'other', aliases: ['new'] })],
  ['an alias, as a name', defineJob({ name: 'other', aliases: ['new'] }), defineJob({ name: 'new' })],
  ['an alias', defineJob({ name: 'one', aliases: ['new'] }), defineJob({ name: 'other', aliases: ['new'] })],
])('%s that is taken is refused, and adds nothing', (_what, first, second) => {
  const handlers = new Handlers();
  handlers.add(first, () => 1);
  const before = handlers.names();
  expect(() => handlers.add(second, () => 2)).toThrow('this one has a handler already; got "new"');
  expect(handlers.names()).toEqual(before);
});

test('options stay with their handler', () => {
  const retry = (): 'fail' => 'fail';
  const handlers = new Handlers();
  handlers.add(greet, () => '', { retry });
  expect(handlers.find('greet')?.options).toEqual({ retry });
  expect(defineHandler(greet, () => '', { retry }).options).toEqual({ retry });
  expect(() => defineHandler(greet, () => '', { retrys: 3 } as never)).toThrow('did you mean "retry"?');
});

test.each([[undefined], ['greet'], [{ name: 'greet' }]])('%o is no contract', (contract) => {
  expect(() => new Handlers().add(contract as never, () => '')).toThrow(
    'needs a contract, made by defineJob()',
  );
});

test('what is no function is no handler', () => {
  expect(() => defineHandler(greet, 'hello' as never)).toThrow('needs a function as its second argument');
});

test('only what defineHandler made counts as a definition', () => {
  const definition = defineHandler(greet, ({ name }) => name);
  expect([isHandler(definition), isHandler({ ...definition }), isHandler(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});
