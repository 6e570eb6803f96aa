import type { Answer, ClaimCall, OutcomeCall } from './calls.ts';
import { isOutcome } from './calls.ts';
import type { Ghost } from './check.ts';
import { Violation } from './violation.ts';
import { loseLease } from './duties.ts';
import type { Rules } from './rules.ts';
import type { Client, Pending, Producer, Worker, World } from './world.ts';
import { endLife } from './world.ts';

interface Received {
  readonly client: Client;
  readonly pending: Pending;
}

/** A client reads an answer and does what the protocol tells it to. */
export function receive(world: World, { client, pending }: Received, rules: Rules): void {
  const { call, answer } = pending;
  if (!answer) return;
  client.pending = client.pending.filter((each) => each !== pending);
  if (call.kind === 'enqueue') {
    receiveEnqueued(client as Producer, answer, call.id);
    return;
  }
  const worker = client as Worker;
  if ('word' in answer && answer.word === 'LEASE_LOST') loseLease(world, worker, rules);
  else if (call.kind === 'claim') receiveJobs(worker, { call, answer }, world.ghost.givenBack);
  else if (call.kind === 'reconcile') receiveGone(worker, answer);
  else if (isOutcome(call)) receiveOutcomes(world, call, answer);
  else if ('word' in answer && answer.word === 'OK') endLife(world, worker);
  // Something is open that this worker does not know of: a claim whose answer it never saw.
  else worker.reconcileDue = true;
}

function receiveEnqueued(producer: Producer, answer: Answer, id: string): void {
  if ('word' in answer && answer.word === 'STALE')
    throw new Violation(`${producer.name} was refused its newest call of a lane, which stores ${id}`);
}

function receiveJobs(
  worker: Worker,
  { call, answer }: { readonly call: ClaimCall; readonly answer: Answer },
  givenBack: Ghost['givenBack'],
): void {
  if (!('taken' in answer)) return;
  for (const id of answer.taken) {
    if (givenBack[`${call.worker}#${call.no}:${id}`])
      throw new Violation(
        `${call.worker} receives ${id}, and has given it back by its own reconcile: it runs twice`,
      );
    worker.held.push({
      no: call.no,
      id,
      token: call.token,
      suspect: answer.suspects.includes(id),
      alone: answer.alone,
    });
  }
}

/** Redis does not know of these: their handlers are aborted. */
function receiveGone(worker: Worker, answer: Answer): void {
  worker.reconcileDue = false;
  if (!('gone' in answer)) return;
  worker.held = worker.held.filter(({ no, id }) => !answer.gone.includes(`${no}:${id}`));
}

function receiveOutcomes(world: World, call: OutcomeCall, answer: Answer): void {
  if (!('outcomes' in answer)) return;
  for (const [id, word] of Object.entries(answer.outcomes)) {
    if (word === 'LOST' && world.ghost.givenBack[`${call.worker}#${call.no}:${id}`])
      throw new Violation(
        `${call.worker}'s ${call.kind} of ${id} is LOST by its own reconcile: the work is wasted`,
      );
  }
}
