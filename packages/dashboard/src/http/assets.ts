import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { LinstockError } from '@linstock/core';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** Names of assets carry a hash of what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const PAGE = 'index.html';

interface Asset {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
}

/** The built user interface, read once: a request never names a file. */
export class Assets {
  readonly #assets = new Map<string, Asset>();

  constructor(folder = findFolder()) {
    this.#assets.set(PAGE, read(path.join(folder, PAGE)));
    for (const name of readdirSync(path.join(folder, 'assets')))
      if (TYPES[path.extname(name)] !== undefined)
        this.#assets.set(name, read(path.join(folder, 'assets', name)));
  }

  /** The page; it is the same for every address below the mount. */
  page(request: Request): Response {
    return this.#send(request, PAGE, 'no-store') ?? new Response(null, { status: 404 });
  }

  /** An asset by its name; undefined: there is none. */
  find(request: Request, name: string): Response | undefined {
    return name === PAGE ? undefined : this.#send(request, name, FOR_EVER);
  }

  #send(request: Request, name: string, cache: string): Response | undefined {
    const asset = this.#assets.get(name);
    if (asset === undefined) return undefined;
    const isZipped = /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '');
    const headers = { 'Content-Type': asset.type, 'Cache-Control': cache, Vary: 'Accept-Encoding' };
    const bytes = isZipped ? asset.zipped : asset.plain;
    const body = request.method === 'HEAD' ? null : bytes;
    return new Response(body, { headers: isZipped ? { ...headers, 'Content-Encoding': 'gzip' } : headers });
  }
}

function read(file: string): Asset {
  const plain = new Uint8Array(readFileSync(file));
  return {
    type: TYPES[path.extname(file)] ?? 'application/octet-stream',
    plain,
    zipped: new Uint8Array(gzipSync(plain, { level: 9 })),
  };
}

/** Beside the compiled code; tests run the sources, and use what was built. */
function findFolder(): string {
  const candidates = ['../ui/', '../../dist/ui/'].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(path.join(folder, 'assets')));
  if (found === undefined)
    throw new LinstockError('UI_MISSING', 'the user interface is not built: run "npm run build"');
  return found;
}
