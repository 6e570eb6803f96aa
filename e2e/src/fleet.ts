import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from './child.ts';
import type { Stage, WorkerPlan } from './stage.ts';

/** What a fleet is told. */
export interface FleetPlan {
  readonly size: number;
  readonly worker: WorkerPlan & { readonly concurrency: number; readonly leaseMs: number };
}

/** Worker processes that are killed and stopped, and never become fewer. */
export class Fleet {
  kills = 0;
  /** Stops past the lease. */
  pauses = 0;
  /** Whether more faults are to come. */
  isDisturbed = false;
  readonly #stage: Stage;
  readonly #plan: FleetPlan;
  readonly #awake: Child[] = [];
  readonly #asleep = new Set<Promise<void>>();

  private constructor(stage: Stage, plan: FleetPlan) {
    this.#stage = stage;
    this.#plan = plan;
  }

  static async start(stage: Stage, plan: FleetPlan): Promise<Fleet> {
    const fleet = new Fleet(stage, plan);
    await Promise.all(Array.from({ length: plan.size }, () => fleet.#add()));
    return fleet;
  }

  /** Most runs that its faults may have repeated: slots, and at most one claim ahead. */
  get mostExtraStarts(): number {
    return (this.kills + this.pauses) * (this.#plan.worker.concurrency + 200);
  }

  /** `rounds` faults with a time between them: two of three are kills, the third a stop. */
  async disturb(rounds: number, betweenMs: number): Promise<void> {
    this.isDisturbed = true;
    for (let i = 0; i < rounds; i++) {
      await delay(betweenMs * (0.5 + Math.random()));
      if (i % 3 === 2) this.pauseOne();
      else await this.killOne();
    }
    this.isDisturbed = false;
  }

  async killOne(): Promise<void> {
    this.kills++;
    await this.#pick()?.kill();
    await this.#add();
  }

  /** SIGSTOP, and SIGCONT when others have long had its jobs. At least one worker stays awake. */
  pauseOne(): void {
    if (this.#awake.length < 2) return;
    const child = this.#pick();
    if (child === undefined) return;
    this.pauses++;
    child.signal('SIGSTOP');
    const asleep = this.#wake(child);
    this.#asleep.add(asleep);
    void asleep.then(() => this.#asleep.delete(asleep));
  }

  /** Resolves when nobody is stopped any more. */
  async allAwake(): Promise<void> {
    await Promise.all(this.#asleep);
  }

  async #wake(child: Child): Promise<void> {
    await delay(this.#plan.worker.leaseMs * (1.4 + Math.random()));
    child.signal('SIGCONT');
    this.#awake.push(child);
  }

  #pick(): Child | undefined {
    const at = Math.floor(Math.random() * this.#awake.length);
    return this.#awake.splice(at, 1)[0];
  }

  async #add(): Promise<void> {
    this.#awake.push(await this.#stage.worker(this.#plan.worker));
  }
}
