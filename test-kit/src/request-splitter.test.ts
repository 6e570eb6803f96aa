import { expect, test } from 'vitest';
import { RequestSplitter } from './request-splitter.ts';

const SET = Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n\xff*\r\n', 'latin1');
const PING = Buffer.from('PING\r\n');

test('pipelined requests come out one by one with their exact bytes', () => {
  expect(new RequestSplitter().push(Buffer.concat([SET, PING, SET]))).toEqual([SET, PING, SET]);
});

test('requests cut at any byte come out whole', () => {
  const splitter = new RequestSplitter();
  const requests = [...SET, ...PING].flatMap((byte) => splitter.push(Buffer.from([byte])));
  expect(requests).toEqual([SET, PING]);
});
