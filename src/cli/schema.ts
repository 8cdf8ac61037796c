/** `memhp schema`: the JSON Schemas of what `--json` prints. */

import type { Command } from 'commander';
import { diagnostic } from '../runbook/diagnostic.ts';
import { nearestName } from '../runbook/nearest.ts';
import { sourceText } from '../runbook/source-text.ts';
import { renderTable } from '../view/table.ts';
import { EXIT_OK, EXIT_USAGE } from './exit-status.ts';
import { printDiagnostics, printJson, printLines } from './output.ts';
import { DOCUMENTS, findDocument, jsonSchemaOf, namesOf, SCHEMAS_SCHEMA, schemasJson, shortName } from './schemas.ts';
import { colorOption, terminalOf, type ColorChoice } from './terminal.ts';

interface SchemaOptions {
  readonly json?: boolean;
  readonly color: ColorChoice;
}

const EXAMPLES = `Examples:
  memhp schema                       the documents, a line each
  memhp schema run > run.json        the schema of what \`memhp run --json\` prints
  memhp schema memhp/audit/1         by the name that stands in the document
`;

const MORE = `
The schemas are also in docs/schema; docs/json.md says more about each.

Exit status: 0; 2 for a name that no document has.`;

export function registerSchema(program: Command): void {
  program
    .command('schema')
    .summary('print the JSON Schema of what --json prints')
    .description('Lists the documents memhp prints, or prints the JSON Schema (2020-12) of one.')
    .argument('[name]', 'a document: run, or memhp/run/1')
    .option('--json', `print the list as one JSON document (schema ${SCHEMAS_SCHEMA})`)
    .addOption(colorOption())
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', MORE)
    .action((name: string | undefined, options: SchemaOptions) => {
      process.exitCode = schema(name, options);
    });
}

function schema(name: string | undefined, { json, color }: SchemaOptions): number {
  if (name === undefined && json === true) {
    printJson(schemasJson());
    return EXIT_OK;
  }
  if (name === undefined) {
    const rows = DOCUMENTS.map((one) => [one.name, one.printedBy, one.says]);
    printLines(renderTable(rows, [], { width: terminalOf(process.stdout, color).width }));
    return EXIT_OK;
  }
  const found = findDocument(name);
  if (found !== undefined) {
    printJson(jsonSchemaOf(found));
    return EXIT_OK;
  }
  const near = nearestName(name, DOCUMENTS.flatMap(namesOf));
  const help = near === undefined ? `there are ${DOCUMENTS.map((one) => shortName(one.name)).join(', ')}` : `did you mean \`memhp schema ${near}\`?`;
  printDiagnostics([diagnostic('MHP0004', `there is no document \`${name.slice(0, 40)}\``, sourceText('command line', ''), undefined, { help })], color);
  return EXIT_USAGE;
}
