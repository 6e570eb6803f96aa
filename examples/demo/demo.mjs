import { Collector } from './collect.mjs';
import { failForGood, failTwice, hashFile, runLater } from './contracts.mjs';
import { listFiles } from './list-files.mjs';

/**
 * Enqueues a job for each file of a folder and the three others, and waits for all of them. `report` is told what
 * happens. Resolves to the counts and the results by path.
 */
export async function runDemo({ client, dir, leaveOut, signal, report }) {
  const results = [];
  const onEnd = (label, outcome) => {
    if (outcome.error !== undefined) report.failed(label.path ?? label.name, outcome.error);
    else if (label.path === undefined) report.other(label.name, outcome.result);
    else {
      const result = { path: label.path, ...outcome.result };
      results.push(result);
      report.file(result, collector.counts);
    }
  };
  const collector = new Collector({ client, signal, onEnd });
  await enqueueOthers(client, collector);
  const files = listFiles({ dir, leaveOut, onUnreadable: report.unreadable });
  await collector.addAll(files, (group) =>
    client.enqueueMany(
      hashFile,
      group.map((file) => ({ dir, ...file })),
    ),
  );
  report.allEnqueued(collector.counts);
  await collector.ended();
  results.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...collector.counts, results };
}

async function enqueueOthers(client, collector) {
  const later = await client.schedule(runLater, { enqueuedAt: Date.now() }, { in: '2s' });
  collector.add(later, { name: runLater.name });
  for (const contract of [failTwice, failForGood]) {
    collector.add(await client.enqueue(contract, null), { name: contract.name });
  }
}
