// A thread that does what the heartbeat thread does with the table, as fast as it can.
import { parentPort, workerData } from 'node:worker_threads';
import { AheadTable } from '../../dist/ahead-table.js';

const table = new AheadTable(workerData.memory);
const stop = new Int32Array(workerData.stop);
const taken = [];
parentPort.postMessage('ready');
while (Atomics.load(stop, 0) === 0) taken.push(...table.takeOverdue(0));
parentPort.postMessage(taken);
