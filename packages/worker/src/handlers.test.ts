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
