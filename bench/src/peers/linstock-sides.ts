import { Client, type ClientOptions } from '@linstock/core';

import { COMPRESS_ABOVE_BYTES, type Feature } from '../features.ts';

/** The same in every process of a run. */
const KEY = Buffer.alloc(32, 7);

const CODECS = {
  compressed: { compress: { above: COMPRESS_ABOVE_BYTES } },
  encrypted: { encrypt: { current: 'k1', keys: { k1: KEY } } },
} as const;

/** Features that are options of the client and of the worker, and none of a job. */
export type SideFeature = keyof typeof CODECS | 'middleware';

/** What client and worker must be given alike. */
export function codecsOf(feature: Feature | undefined): Pick<ClientOptions, 'codecs'> {
  return feature === 'compressed' || feature === 'encrypted' ? { codecs: CODECS[feature] } : {};
}

/** Clients with such a feature: each is opened by its first call, which is one to warm up. */
export class SideClients {
  readonly #options: ClientOptions;
  readonly #clients = new Map<SideFeature, Client>();

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  with(feature: SideFeature): Client {
    const client = this.#clients.get(feature) ?? this.#open(feature);
    this.#clients.set(feature, client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  #open(feature: SideFeature): Client {
    const client = new Client({ ...this.#options, ...codecsOf(feature) });
    return feature === 'middleware' ? client.use((_call, next) => next()) : client;
  }
}
