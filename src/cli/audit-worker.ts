/** A worker of `memhp audit`: takes lists of names, gives back their rows. */

import { parentPort, workerData } from 'node:worker_threads';
import { rowsOf, type AuditRow } from './audit-row.ts';
import type { SubjectOptions } from './audit-subject.ts';

const options = workerData as SubjectOptions;

parentPort?.on('message', (names: readonly string[]) => {
  void answer(names);
});

async function answer(names: readonly string[]): Promise<void> {
  const rows: AuditRow[] = [];
  for (const name of names) rows.push(...(await rowsOf(name, options)));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, no window
  parentPort?.postMessage(rows);
}
