/**
 * Draws the output of a command as a picture of a terminal, for the README:
 *
 *   memhp run demo.run --color=always | npx tsx scripts/terminal-svg.ts --title 'memhp run' > docs/run.svg
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { terminalSvg } from '../src/view/terminal-svg.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { title: { type: 'string' }, columns: { type: 'string' } },
});
const columns = values.columns === undefined ? undefined : Number(values.columns);
if (positionals.length > 1 || (columns !== undefined && !(Number.isInteger(columns) && columns >= 1 && columns <= 1000))) {
  console.error('usage: terminal-svg.ts [--title TEXT] [--columns 1..1000] [FILE]');
  process.exit(2);
}
const text = readFileSync(positionals[0] ?? 0, 'utf8');
process.stdout.write(
  terminalSvg(text, {
    ...(values.title === undefined ? {} : { title: values.title }),
    ...(columns === undefined ? {} : { columns }),
  }),
);
