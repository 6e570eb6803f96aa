import { Scene } from './scene.ts';

/** What a stage needs of the store of a test file. */
export interface StageStore {
  readonly url: string;
  namespace(): string;
}

/** Opens scenes for the tests of one file, and closes what a test has opened. */
export class Stage {
  readonly #store: StageStore;
  readonly #shards: number;
  readonly #scenes: Scene[] = [];

  constructor(store: StageStore, shards: number) {
    this.#store = store;
    this.#shards = shards;
  }

  /** An installation of its own. `shards`: where the number matters to the test. */
  open({ url = this.#store.url, shards = this.#shards }: { url?: string; shards?: number } = {}): Scene {
    const scene = new Scene({ url, shards, namespace: this.#store.namespace() });
    this.#scenes.push(scene);
    return scene;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#scenes.splice(0).map((scene) => scene.close()));
  }
}

/** A promise and the function that ends it. */
export class Gate {
  readonly opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  open(): void {
    this.#open();
  }
}
