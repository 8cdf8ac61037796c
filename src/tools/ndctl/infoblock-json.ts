/** Info blocks as `ndctl read-infoblock --json` shows them. */

import { readBttSb, type FoundBttSb } from '../../drivers/nvdimm/nd-btt-bytes.ts';
import { type FoundPfnSb, PFN_SIGNATURES, readNdPfnSb } from '../../drivers/nvdimm/nd-pfn-bytes.ts';
import { UUID_NULL } from './claim.ts';
import type { JsonObject } from './json-c.ts';
import type { Namespace } from './namespace.ts';
import { jsonHex } from './size.ts';

const BLOCK_OFFSET = 4096;

/** All blocks in the first 8 KiB of a namespace; with `verify` those that hold and belong to it. */
export function infoBlocksJson(bytes: Uint8Array, namespace: Namespace, human: boolean, verify: boolean): JsonObject[] {
  const second = bytes.subarray(BLOCK_OFFSET);
  // The real tool compares one byte of the uuids.
  const belongs = (parentUuid: string): boolean =>
    namespace.uuid === UUID_NULL || namespace.uuid.slice(0, 2) === parentUuid.slice(0, 2);
  const holds = (block: { checksumOk: boolean; parentUuid: string }): boolean =>
    !verify || (block.checksumOk && belongs(block.parentUuid));
  const btts = [readBttSb(second), readBttSb(bytes)].filter((block) => block !== undefined);
  const pfns = [readNdPfnSb(second, 'pfn'), readNdPfnSb(second, 'dax')].filter((block) => block !== undefined);
  return [
    ...btts.filter(holds).map((block) => bttJson(namespace.name, block, human)),
    ...pfns.filter(holds).map((block) => pfnJson(namespace.name, block, human)),
  ];
}

interface CommonFields {
  readonly uuid: string;
  readonly parentUuid: string;
  readonly flags: number;
  readonly versionMajor: number;
  readonly versionMinor: number;
}

function common(dev: string, signature: string, block: CommonFields, human: boolean): JsonObject {
  return {
    dev,
    signature,
    uuid: block.uuid,
    parent_uuid: block.parentUuid,
    flags: jsonHex(block.flags, human),
    version: `${block.versionMajor}.${block.versionMinor}`,
  };
}

function bttJson(dev: string, block: FoundBttSb, human: boolean): JsonObject {
  return {
    ...common(dev, 'BTT_ARENA_INFO', block, human),
    external_lbasize: block.externalLbasize,
    external_nlba: block.externalNlba,
    internal_lbasize: block.internalLbasize,
    internal_nlba: block.internalNlba,
    nfree: block.nfree,
    infosize: BLOCK_OFFSET,
    nextoff: jsonHex(block.nextoff, human),
    dataoff: jsonHex(block.dataoff, human),
    mapoff: jsonHex(block.mapoff, human),
    logoff: jsonHex(block.logoff, human),
    info2off: jsonHex(block.info2off, human),
  };
}

function pfnJson(dev: string, block: FoundPfnSb, human: boolean): JsonObject {
  return {
    ...common(dev, PFN_SIGNATURES[block.kind], block, human),
    dataoff: jsonHex(block.dataoff, human),
    npfns: jsonHex(block.npfns, human),
    mode: block.mode,
    start_pad: jsonHex(block.startPad, human),
    end_trunc: jsonHex(block.endTrunc, human),
    align: jsonHex(block.align, human),
    page_size: jsonHex(block.pageSize, human),
    page_struct_size: jsonHex(block.pageStructSize, human),
  };
}
