/** `runbook boot|play`: parses the embedded runbook, boots its machine, and with `play` plays it. */

import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import { report } from '../report.ts';

const play = process.argv[2] === 'play';
const text = EXAMPLES['thread'];
if (text === undefined) throw new Error('no embedded runbook');

await report(() => {
  const { book } = parseRunbook(text, 'thread');
  const { machine } = buildFromHeader(book.source, book.header);
  if (machine === undefined) throw new Error('the embedded runbook describes no machine');
  return play ? playRunbook(book, machine).runs.length : machine.kernel.maxPfn;
}, 1);
