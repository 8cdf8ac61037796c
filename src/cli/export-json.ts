/** The document `memhp export --json` prints. */

import { z } from 'zod';
import { countShape, type DocumentOf } from './document-shapes.ts';
import type { ExportCount } from './export-tree.ts';

export const EXPORT_SCHEMA = 'memhp/export/1';

export const exportDocument = z.strictObject({
  schema: z.literal(EXPORT_SCHEMA),
  folder: z.string().describe('what was written below'),
  files: countShape,
  links: countShape,
  directories: countShape,
});

export function exportJson(folder: string, { files, links, directories }: ExportCount): DocumentOf<typeof exportDocument> {
  return { schema: EXPORT_SCHEMA, folder, files, links, directories };
}
