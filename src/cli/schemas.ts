/** Every document memhp prints: its name, who prints it, and its form. */

import { z } from 'zod';
import { campaignResult } from '../realkernel/campaign-result.ts';
import { AUDIT_FLEET_SCHEMA, AUDIT_SCHEMA, auditDocument, auditFleetDocument } from './audit-document.ts';
import { COMPARE_SCHEMA, compareDocument } from './compare-json.ts';
import { CONSTANTS_SCHEMA, constantsDocument } from './constants-json.ts';
import { CURVE_SCHEMA, curveDocument } from './curve-json.ts';
import { DRIFT_SCHEMA, driftDocument } from './drift-document.ts';
import { EXPLAIN_SCHEMA, explainDocument } from './explain-json.ts';
import { EXPORT_SCHEMA, exportDocument } from './export-json.ts';
import { FUZZ_SCHEMA, fuzzDocument } from './fuzz-document.ts';
import { INSPECT_SCHEMA, inspectDocument } from './inspect-document.ts';
import { KERNELS_SCHEMA, kernelsDocument } from './kernels-json.ts';
import { PLAN_SCHEMA, planDocument } from './plan-json.ts';
import { PROFILES_SCHEMA, profilesDocument } from './profiles-json.ts';
import { REPLAY_SCHEMA, replayDocument } from './replay-json.ts';
import { RUN_SCHEMA, runDocument } from './run-json.ts';
import { SERVE_SCHEMA, serveDocument } from './serve-json.ts';
import { VERIFY_SCHEMA, verifyDocument } from './verify-documents.ts';

export const SCHEMAS_SCHEMA = 'memhp/schemas/1';

const schemasDocument = z.strictObject({
  schema: z.literal(SCHEMAS_SCHEMA),
  documents: z.array(
    z.strictObject({
      name: z.string().describe('what the field schema holds'),
      printedBy: z.string().describe('words after memhp'),
      says: z.string(),
    }),
  ),
});

export interface PublishedDocument {
  /** `memhp/run/1`: what its `schema` field holds. */
  readonly name: string;
  /** The commands that print it. */
  readonly printedBy: string;
  /** A few words for a list. */
  readonly says: string;
  readonly form: z.ZodType;
}

/** In the order of the commands. */
export const DOCUMENTS: readonly PublishedDocument[] = [
  { name: RUN_SCHEMA, printedBy: 'run, demo, shell --json', says: 'what each command came to', form: runDocument },
  { name: COMPARE_SCHEMA, printedBy: 'compare --json', says: 'outcomes side by side, and flips', form: compareDocument },
  { name: CURVE_SCHEMA, printedBy: 'compare --curve N --json', says: 'loss by number of devices', form: curveDocument },
  { name: SERVE_SCHEMA, printedBy: 'serve --json', says: 'the address of the page', form: serveDocument },
  { name: EXPLAIN_SCHEMA, printedBy: 'explain --json', says: 'the stories in a log', form: explainDocument },
  { name: PLAN_SCHEMA, printedBy: 'plan --json', says: 'a layout, and why none is better', form: planDocument },
  { name: INSPECT_SCHEMA, printedBy: 'inspect --json', says: 'a real machine, and what is odd', form: inspectDocument },
  { name: AUDIT_SCHEMA, printedBy: 'audit --json', says: 'every byte: used, idle or lost', form: auditDocument },
  { name: AUDIT_FLEET_SCHEMA, printedBy: 'audit --jsonl', says: 'a line for each machine', form: auditFleetDocument },
  { name: DRIFT_SCHEMA, printedBy: 'drift --json', says: 'what survives the next boot', form: driftDocument },
  { name: CONSTANTS_SCHEMA, printedBy: 'constants --json', says: 'sizes and alignments', form: constantsDocument },
  { name: REPLAY_SCHEMA, printedBy: 'replay --json', says: 'agreement with recordings', form: replayDocument },
  { name: EXPORT_SCHEMA, printedBy: 'export --json', says: 'how many files were written', form: exportDocument },
  { name: VERIFY_SCHEMA, printedBy: 'verify --json', says: 'the model beside real kernels', form: verifyDocument },
  { name: FUZZ_SCHEMA, printedBy: 'fuzz --json', says: 'what a campaign found', form: fuzzDocument },
  { name: 'memhp/campaign/1', printedBy: 'fuzz --results FILE', says: 'a line for each case', form: campaignResult },
  { name: KERNELS_SCHEMA, printedBy: 'kernels --json', says: 'the real kernels at hand', form: kernelsDocument },
  { name: PROFILES_SCHEMA, printedBy: 'profiles --json', says: 'the kernels memhp knows', form: profilesDocument },
  { name: SCHEMAS_SCHEMA, printedBy: 'schema --json', says: 'this list', form: schemasDocument },
];

/** What memhp says to itself: between a campaign and its workers, between `serve` and its page. Not for others. */
export const INTERNAL_DOCUMENTS: readonly string[] = [
  'memhp/fuzz-campaign/1', 'memhp/fuzz-job/1', 'memhp/fuzz-job-result/1', 'memhp/served-machine/1',
];

/** The document `memhp schema --json` prints. */
export function schemasJson(): z.output<typeof schemasDocument> {
  return { schema: SCHEMAS_SCHEMA, documents: DOCUMENTS.map(({ name, printedBy, says }) => ({ name, printedBy, says })) };
}

/** `run` of `memhp/run/1`. */
export function shortName(name: string): string {
  return name.split('/')[1] ?? name;
}

/** `memhp-run-1.json`, below docs/schema. */
export function schemaFile({ name }: PublishedDocument): string {
  return `${name.replaceAll('/', '-')}.json`;
}

/** The JSON Schema (2020-12) of a document. */
export function jsonSchemaOf({ printedBy, says, form }: PublishedDocument): object {
  const { $schema, ...rest } = z.toJSONSchema(form, { target: 'draft-2020-12' });
  return { $schema, title: `memhp ${printedBy}: ${says}`, ...rest };
}

/** The document of a name: `run`, `memhp/run` or `memhp/run/1`. */
export function findDocument(name: string): PublishedDocument | undefined {
  return DOCUMENTS.find((one) => namesOf(one).includes(name));
}

/** Every name a document goes by, the full one first. */
export function namesOf({ name }: PublishedDocument): string[] {
  return [name, name.replace(/\/\d+$/, ''), shortName(name)];
}
