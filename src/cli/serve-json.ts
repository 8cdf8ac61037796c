/** The document `memhp serve --json` prints. */

import { z } from 'zod';
import type { DocumentOf } from './document-shapes.ts';

export const SERVE_SCHEMA = 'memhp/serve/1';

export const serveDocument = z.strictObject({
  schema: z.literal(SERVE_SCHEMA),
  url: z.string().describe('where the page is, until the program is interrupted'),
});

export function serveJson(url: string): DocumentOf<typeof serveDocument> {
  return { schema: SERVE_SCHEMA, url };
}
