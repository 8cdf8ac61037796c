/** The document `memhp drift --json` prints. */

import { z } from 'zod';
import type { Drift, SweepPoint } from '../advise/drift/drift.ts';
import type { Holding } from '../advise/drift/holdings.ts';
import { failureSentence } from '../advise/why/why.ts';

export const DRIFT_SCHEMA = 'memhp/drift/1';

const bytes = z.int().nonnegative();
const fate = z.enum(['survives', 'dies', 'raw', 'gone']).describe('raw: its info block is not taken, a raw disk is there');

const namespaceShape = z.strictObject({
  name: z.string(),
  mode: z.string(),
  start: bytes,
  size: bytes,
  dataBytes: bytes,
  uuid: z.string().nullable(),
  infoBlock: z.string().nullable().describe('version of its info block'),
});

const driftShape = z.strictObject({
  kernelBefore: z.string(),
  kernelAfter: z.string(),
  moved: z.array(z.strictObject({ from: bytes, to: bytes.nullable(), size: bytes })),
  namespaces: z.array(
    z.strictObject({
      before: namespaceShape,
      after: namespaceShape.nullable(),
      fate,
      why: z
        .strictObject({ file: z.string(), function: z.string(), condition: z.string(), sentence: z.string() })
        .nullable()
        .describe('the deciding check'),
      log: z.array(z.string()),
    }),
  ),
  blocks: z.array(
    z.strictObject({
      first: bytes,
      last: bytes,
      fate: z.enum(['gone', 'offline', 'node', 'new']),
      nodeBefore: z.int().nullable(),
      nodeAfter: z.int().nullable(),
    }),
  ),
  blockSizeBefore: bytes,
  blockSizeAfter: bytes,
  fails: z.array(z.string()).describe('commands typed again after the boot that fail now'),
});

export const driftDocument = z.strictObject({
  schema: z.literal(DRIFT_SCHEMA),
  name: z.string(),
  boots: z.array(
    z.strictObject({
      shift: z.int().nullable().describe('bytes, of a sweep'),
      infoBlock: z.string().nullable().describe('version all info blocks were given'),
      drift: driftShape.nullable().describe('null when the machine does not boot so'),
      why: z.string().optional(),
    }),
  ),
});

export type DriftDocument = z.infer<typeof driftDocument>;

export interface BootRecord {
  readonly shift?: number;
  readonly infoBlock?: string;
  readonly drift: Drift | undefined;
  readonly why?: string | undefined;
}

export function bootOfPoint({ by, drift, why }: SweepPoint): BootRecord {
  return { shift: by, drift, why };
}

export function driftJson(name: string, boots: readonly BootRecord[]): DriftDocument {
  return {
    schema: DRIFT_SCHEMA,
    name,
    boots: boots.map(({ shift, infoBlock, drift, why }) => ({
      shift: shift ?? null,
      infoBlock: infoBlock ?? null,
      drift: drift === undefined ? null : driftRecord(drift),
      ...(why === undefined ? {} : { why }),
    })),
  };
}

function driftRecord(drift: Drift): NonNullable<DriftDocument['boots'][number]['drift']> {
  const { kernelBefore, kernelAfter, blockSizeBefore, blockSizeAfter } = drift;
  return {
    kernelBefore,
    kernelAfter,
    moved: (drift.change.moved ?? []).map(({ from, to, size }) => ({ from, to: to ?? null, size })),
    namespaces: drift.namespaces.map(({ before, after, fate: what, refusal }) => ({
      before: holdingRecord(before),
      after: after === undefined ? null : holdingRecord(after),
      fate: what,
      why:
        refusal?.check === undefined
          ? null
          : { file: refusal.check.file, function: refusal.check.fn, condition: refusal.check.condition, sentence: failureSentence(refusal.check) },
      log: [...(refusal?.log ?? [])],
    })),
    blocks: drift.blocks.map(({ first, last, fate: what, nodeBefore, nodeAfter }) => ({
      first, last, fate: what, nodeBefore: nodeBefore ?? null, nodeAfter: nodeAfter ?? null,
    })),
    blockSizeBefore,
    blockSizeAfter,
    fails: [...drift.fails],
  };
}

function holdingRecord({ name, mode, start, size, dataBytes, uuid, infoBlock }: Holding): z.infer<typeof namespaceShape> {
  return { name, mode, start, size, dataBytes, uuid: uuid ?? null, infoBlock: infoBlock ?? null };
}
