/** `npm start`: builds when needed, then plays the embedded runbook; further words go to memhp instead. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build.js';

const built = buildIfStale();
if (built !== 0) {
  console.error('memhp: the build failed; `npm run check` shows why.');
  process.exitCode = built;
} else {
  const words = process.argv.slice(2);
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const run = spawnSync(process.execPath, [main, ...(words.length > 0 ? words : ['demo'])], { stdio: 'inherit' });
  process.exitCode = run.status ?? 70;
}
