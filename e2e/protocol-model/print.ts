import type { Answer, Call } from './calls.ts';
import type { Step } from './steps.ts';
import { clientOf, isLate } from './steps.ts';
import type { World } from './world.ts';

/** One line of a trace. Called before the step is taken; `after` is the world afterwards, when there is one. */
export function describe(before: World, step: Step): string {
  switch (step.do) {
    case 'deliver': {
      const message = before.net[step.at];
      if (!message) return 'nothing is delivered';
      const late = isLate(before, message) ? 'LATE: ' : '';
      return `redis   ${late}executes ${describeCall(message.call)}`;
    }
    case 'receive':
    case 'resend':
    case 'give up': {
      const pending = clientOf(before, step.client).pending.find(({ serial }) => serial === step.serial);
      const what = pending ? describeCall(pending.call) : 'nothing';
      const answer = step.do === 'receive' && pending?.answer ? ` → ${describeAnswer(pending.answer)}` : '';
      const verb = { receive: 'reads the answer to', resend: 'sends again', 'give up': 'gives up' }[step.do];
      return `${step.client}       ${verb} ${what}${answer}`;
    }
    case 'cut':
      return `${step.client}       loses its ${step.connection} connection`;
    case 'claim':
      return `${step.worker}       claims up to ${step.most}`;
    case 'outcome':
      return `${step.worker}       ${step.kind} claim ${step.no} {${step.ids.join()}}${step.connection === 'thread' ? ' from its heartbeat thread' : ''}`;
    case 'reconcile':
      return `${step.worker}       reconciles${step.byTimer ? ' by its timer' : ''}`;
    case 'enqueue':
      return `${step.producer}       enqueues its next job`;
    default:
      return describeOther(step);
  }
}

function describeOther(step: Step): string {
  if ('worker' in step) {
    const verbs = {
      renew: 'renews its lease',
      unregister: 'unregisters',
      crash: 'dies',
      kill: 'is killed by poison',
    };
    return `${step.worker}       ${verbs[step.do as keyof typeof verbs]}`;
  }
  if ('identity' in step) {
    return step.do === 'expire'
      ? `time    the lease of ${step.identity} expires`
      : `sweep   rescues ${step.identity}`;
  }
  if ('id' in step) return `${step.do === 'promote' ? 'redis ' : 'person'}  ${step.do} ${step.id}`;
  if (step.do === 'trim') return 'redis   trims the oldest entry of `succeeded`';
  return step.do === 'snapshot'
    ? 'redis   writes its state to disk'
    : 'redis   restarts with the state on disk';
}

function describeCall(call: Call): string {
  switch (call.kind) {
    case 'claim':
      return `claim ${call.worker}#${call.no} (up to ${call.most})`;
    case 'reconcile':
      return `reconcile ${call.worker} m=${call.upTo} held={${call.held.join()}}`;
    case 'unregister':
      return `unregister ${call.worker}`;
    case 'enqueue':
      return `enqueue ${call.lane} no. ${call.no} {${call.id}}`;
    default:
      return `${call.kind} ${call.worker}#${call.no} {${call.ids.join()}}`;
  }
}

function describeAnswer(answer: Answer): string {
  if ('word' in answer) return answer.word;
  if ('taken' in answer) return `{${answer.taken.join()}}`;
  if ('gone' in answer) return `not open: {${answer.gone.join()}}`;
  return Object.entries(answer.outcomes)
    .map(([id, word]) => `${id} ${word}`)
    .join(', ');
}
