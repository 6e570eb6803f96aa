import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@linstock/test-kit/eventually';
import type { ChildEvent } from './events.ts';
import { parseEvents } from './events.ts';

const CHILDREN = path.join(import.meta.dirname, 'children');

/** How to start a child. */
export interface ChildPlan {
  readonly program: 'worker-child' | 'producer-child' | 'maker-child' | 'changer-child';
  readonly name: string;
  /** Where it writes what it sees. */
  readonly file: string;
  /** JSON for the program. */
  readonly config: object;
  /** Error of its wall clock, ms. */
  readonly clockShiftMs: number | undefined;
}

/** How a child ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a test that works with Redis. */
export class Child {
  readonly name: string;
  readonly exited: Promise<Exit>;
  /** Resolves when it says so; rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly #file: string;
  readonly #process: ChildProcess;
  #exit: Exit | undefined;
  /** A test killed it; when, on the clock of events. */
  killedAtNs: bigint | undefined;
  stderr = '';

  constructor({ program, name, file, config, clockShiftMs }: ChildPlan) {
    this.name = name;
    this.#file = file;
    const preload = clockShiftMs === undefined ? [] : ['--import', path.join(CHILDREN, 'shifted-clock.mjs')];
    this.#process = fork(path.join(CHILDREN, `${program}.mjs`), [JSON.stringify({ ...config, file })], {
      // Nothing of the runner's: children run the built packages on plain Node.
      execArgv: preload,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        LINSTOCK_CLOCK_SHIFT_MS: String(clockShiftMs ?? 0),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => (this.#exit = { code, signal }));
      // Later than `exit`: all that it has told is read.
      this.#process.once('close', (code, signal) => resolve({ code, signal }));
    });
    const ready = once(this.#process, 'message').then(() => undefined);
    this.ready = Promise.race([ready, this.exited.then(() => this.#endedEarly())]);
    // Who does not wait for it is told by the audit.
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#exit !== undefined;
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** SIGKILL, by a test. */
  async kill(): Promise<void> {
    this.killedAtNs = process.hrtime.bigint();
    this.signal('SIGKILL');
    await this.exited;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.#process.kill(signal);
  }

  say(message: string): void {
    if (this.#process.connected) this.#process.send(message);
  }

  /** Its workers take no more jobs. */
  async quiet(): Promise<void> {
    const before = this.#told('quiet');
    this.say('quiet');
    await this.tells('quiet', before + 1);
  }

  /** Waits until it has told so many events of a kind, since its start. */
  async tells(kind: string, times: number): Promise<void> {
    await eventually(() => this.#told(kind) >= times);
  }

  #told(kind: string): number {
    return this.events().filter((event) => event.kind === kind).length;
  }

  /** SIGTERM, then waits for the end. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  /** What it has told so far. */
  events(): ChildEvent[] {
    return parseEvents(this.name, readText(this.#file));
  }

  /** What it logged, at `warn` and above. */
  log(): string {
    return readText(`${this.#file}.log`);
  }

  #endedEarly(): never {
    if (this.events().some(({ kind }) => kind === 'ready')) return undefined as never;
    throw new Error(
      `${this.name} ended before it was ready: ${JSON.stringify(this.#exit)} ${this.stderr}${this.log()}`,
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Nothing was told yet.
    return '';
  }
}
