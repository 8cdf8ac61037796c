/** The document `memhp inspect --json` prints, as a schema that is also published as JSON Schema. */

import { z } from 'zod';

export const INSPECT_SCHEMA = 'memhp/inspect/1';

const bytes = z.int().nonnegative();
const place = {
  source: z.string(),
  line: z.int().positive().optional().describe('1-based'),
  column: z.int().positive().optional().describe('1-based'),
  offset: z.int().nonnegative().optional().describe('byte offset in an archive'),
};

const findingShape = z.strictObject({
  code: z.string().describe('stable name of what was found'),
  severity: z
    .enum(['problem', 'loss', 'info'])
    .describe('problem: something asked for will be refused; loss: memory out of reach'),
  start: bytes.nullable(),
  size: bytes.nullable(),
  text: z.string().describe('one sentence with the numbers'),
  refuses: z.string().nullable().describe('what refuses because of it, with which error'),
  values: z.record(z.string(), z.union([z.number(), z.string()])),
});

const machineShape = z.strictObject({
  name: z.string(),
  sources: z.array(z.strictObject({ name: z.string(), kind: z.string(), says: z.string() })),
  arch: z.string(),
  kernel: z.strictObject({
    release: z.string().nullable().describe('as recorded'),
    profile: z.string().describe('the profile the machine is read by'),
  }),
  cmdline: z.string().nullable(),
  sizes: z.strictObject({
    page: bytes,
    subsection: bytes,
    section: bytes,
    block: bytes.nullable(),
    blockFrom: z.enum(['recorded', 'lsmem', 'boot log', 'estimated', 'rule']).nullable(),
  }),
  totals: z
    .strictObject({
      ram: bytes.nullable().describe('System RAM of the address map'),
      driverRam: bytes.nullable().describe('of that, added by kmem or virtio-mem'),
      device: bytes.nullable().describe('device memory that is not System RAM'),
      blocks: z.int().nonnegative(),
      online: bytes.nullable(),
      offline: bytes.nullable(),
      memmap: bytes.nullable().describe('struct pages for all System RAM'),
    })
    .describe('bytes, except blocks; null where nothing tells'),
  segments: z.array(z.strictObject({ start: bytes, size: bytes, kind: z.string(), label: z.string() })),
  blocks: z.array(
    z.strictObject({
      first: z.int().nonnegative(),
      last: z.int().nonnegative().describe('inclusive'),
      start: bytes.nullable(),
      size: bytes.nullable(),
      state: z.enum(['online', 'offline', 'going-offline', 'unknown']),
      zones: z.string().nullable().describe('valid_zones as printed'),
      nodes: z.array(z.int().nonnegative()).nullable(),
    }),
  ),
  blocksInferred: z.boolean().describe('the blocks follow from the map; nobody recorded them'),
  nodes: z.array(z.strictObject({ nid: z.int().nonnegative(), memTotal: bytes.nullable() })),
  zones: z.array(
    z.strictObject({
      nid: z.int().nonnegative(),
      name: z.string(),
      startPfn: z.int().nonnegative().nullable(),
      spanned: z.int().nonnegative().describe('pages'),
      present: z.int().nonnegative().describe('pages'),
      managed: z.int().nonnegative().nullable().describe('pages'),
    }),
  ),
  zonesPredicted: z.boolean().describe("the zones are the model's, booted from a log; nobody recorded them"),
  devices: z.array(
    z.strictObject({
      kind: z.enum(['region', 'namespace', 'dax', 'extent', 'decoder']),
      name: z.string(),
      start: bytes.nullable(),
      size: bytes.nullable(),
      rounded: z.boolean().describe('the size was printed rounded'),
      mode: z.string().optional(),
      align: bytes.optional(),
      nid: z.int().nonnegative().optional(),
    }),
  ),
  findings: z.array(findingShape),
  findingsOmitted: z.record(z.string(), z.int().positive()).describe('findings left out, by code'),
  notes: z.array(z.strictObject({ code: z.string(), ...place, text: z.string() })).describe('what was odd about the input'),
  unknown: z.array(z.string()),
  assumed: z.array(z.string()),
});

export const inspectDocument = z.strictObject({
  schema: z.literal(INSPECT_SCHEMA),
  machines: z.array(machineShape),
  errors: z
    .array(z.strictObject({ code: z.string(), message: z.string(), ...place, help: z.string().optional() }))
    .describe('sources of which nothing could be used'),
});

export type InspectDocument = z.infer<typeof inspectDocument>;
