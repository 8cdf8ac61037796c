/** `memhp schema`: the JSON Schema of what `--json` prints. */

import type { Command } from 'commander';
import { z } from 'zod';
import { printJson } from './output.ts';
import { runDocument } from './run-json.ts';

export function registerSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of run --json')
    .description('Prints the JSON Schema (2020-12) of the document `memhp run --json` prints.')
    .action(() => printJson(runJsonSchema()));
}

/** Published as docs/schema/memhp-run-1.json. */
export function runJsonSchema(): object {
  return z.toJSONSchema(runDocument, { target: 'draft-2020-12' });
}
