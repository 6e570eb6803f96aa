import type { Call, CallOf, Verb } from './calls.ts';
import { register, renew, rescue, unregister } from './lease-model.ts';
import { cancel, pause, purge, remove, requeue, resume, watch } from './person-model.ts';
import { produce } from './producer-model.ts';
import { trim } from './retention-model.ts';
import { claim, nextDue, outcomes, progress, promoteDue, reconcile, succeed } from './worker-model.ts';
import type { World } from './world.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

type Prediction<V extends Verb> = (world: World, call: CallOf<V>) => unknown;

const PREDICTIONS: { readonly [V in Verb]: Prediction<V> } = {
  enqueue: produce,
  schedule: produce,
  claim: (world, { call }) => claim(world, call),
  succeed: (world, call) => succeed(world, call.worker, call),
  retry: outcomes,
  defer: outcomes,
  fail: outcomes,
  release: outcomes,
  quarantine: outcomes,
  progress,
  reconcile: (world, call) => reconcile(world, call.worker, call),
  register: (world, { worker }) => register(world, worker, LEASE_MS),
  unregister: (world, { worker }) => unregister(world, worker),
  renew: (world, { worker, load }) => renew(world, worker, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load }),
  rescue: (world, call) => rescue(world, call.worker, call),
  promote: (world, { most }) => ({ moved: promoteDue(world, most), nextDue: nextDue(world) }),
  cancel: (world, { ids, keep }) => cancel(world, ids, keep),
  requeue: (world, { ids }) => requeue(world, ids),
  delete: (world, { ids }) => remove(world, ids, false),
  force: (world, { ids }) => remove(world, ids, true),
  purge: (world, { queue, most }) => purge(world, queue, most),
  pause: (world, { queue }) => pause(world, queue),
  resume: (world, { queue }) => resume(world, queue),
  watch: (world, { ids, forMs }) => watch(world, ids, forMs),
  trim: (world, { retention }) => trim(world, retention),
};

/** What the protocol says a call answers; changes the model accordingly. */
export function predict(world: World, call: Call): unknown {
  // The table has a prediction for each verb; that this one takes this call is beyond the compiler.
  return (PREDICTIONS[call.verb] as (world: World, call: Call) => unknown)(world, call);
}
