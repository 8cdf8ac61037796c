/** Writes docs/schema, a JSON Schema for every document memhp prints: `npx tsx scripts/schemas.ts`. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DOCUMENTS, jsonSchemaOf, schemaFile } from '../src/cli/schemas.ts';

/** The files of docs/schema by name, as they are to be. */
export function schemaFiles(): Map<string, string> {
  return new Map(DOCUMENTS.map((one) => [schemaFile(one), `${JSON.stringify(jsonSchemaOf(one), null, 2)}\n`]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = join(import.meta.dirname, '../docs/schema');
  for (const [file, text] of schemaFiles()) writeFileSync(join(folder, file), text);
}
