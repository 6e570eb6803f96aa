import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** Something that was posted. */
export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a webhook answers: a status, or never. */
export type Answer = number | 'never';

/** A program that takes webhooks, and answers as it is told; the last answer stays. */
export class Hook {
  readonly posted: Posted[] = [];
  readonly #server: Server;
  readonly #answers: Answer[];

  private constructor(server: Server, answers: Answer[]) {
    this.#server = server;
    this.#answers = answers;
  }

  static async open(...answers: Answer[]): Promise<Hook> {
    const server = createServer();
    const hook = new Hook(server, answers);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        hook.posted.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        const answer = hook.#next();
        if (answer === 'never') return;
        response.writeHead(answer, answer === 302 ? { Location: `${hook.url}/elsewhere` } : {}).end('secret');
      });
    });
    await listen(server);
    return hook;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.#server)}/hook-of-nobody`;
  }

  /** What was posted, as JSON. */
  get messages(): readonly Record<string, unknown>[] {
    return this.posted.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    (this.#server as ReturnType<typeof createServer>).closeAllConnections();
    await closed;
  }

  #next(): Answer {
    return (this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0]) ?? 200;
  }
}

/** A server of mail that keeps what it is given; `refuses`: what it says to every sender. */
export class Mailbox {
  readonly letters: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(refuses?: string): Promise<Mailbox> {
    const server = createNetServer();
    const mailbox = new Mailbox(server);
    server.on('connection', (socket) => mailbox.#serve(socket, refuses));
    await listen(server);
    return mailbox;
  }

  get url(): string {
    return `smtp://127.0.0.1:${portOf(this.#server)}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve(socket: Socket, refuses: string | undefined): void {
    let letter: string | undefined;
    const answers: Readonly<Record<string, string | undefined>> = { DATA: '354 go on', MAIL: refuses };
    const take = (line: string): void => {
      if (letter === undefined) {
        const verb = line.slice(0, 4).toUpperCase();
        if (verb === 'DATA') letter = '';
        socket.write(`${answers[verb] ?? '250 fine'}\r\n`);
      } else if (line === '.') {
        this.letters.push(letter);
        letter = undefined;
        socket.write('250 kept\r\n');
      } else letter += `${line}\n`;
    };
    socket.on('error', () => undefined);
    socket.write('220 sink\r\n');
    socket.on('data', (chunk) => chunk.toString().split('\r\n').slice(0, -1).forEach(take));
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
