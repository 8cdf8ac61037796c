/** A label area as `ndctl read-labels --json` shows it. */

import type { LabelStore } from '../../drivers/nvdimm/media.ts';
import { type LabelSize, sizeofNamespaceIndex } from '../../drivers/nvdimm/nd-label-bytes.ts';
import { uuidFromBytes, viewOf } from '../../drivers/nvdimm/little-endian.ts';
import type { JsonObject } from './json-c.ts';
import { jsonHex, jsonSize } from './size.ts';

/** Bytes an index block is a multiple of. */
const INDEX_ALIGN = 256;

function textAt(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length - 1);
  const end = field.indexOf(0);
  return String.fromCharCode(...field.subarray(0, end < 0 ? field.length : end));
}

/** The label size the indexes speak of, valid or not: 256 where more of them say v1.2 than v1.1. */
function labelSizeOf(store: LabelStore): LabelSize {
  const minors = [0, 1].map((which) => {
    const view = viewOf(store.read(which * INDEX_ALIGN, INDEX_ALIGN));
    return view.getUint16(60, true) === 1 ? view.getUint16(62, true) : 0;
  });
  const count = (minor: number): number => minors.filter((each) => each === minor).length;
  return count(2) > count(1) ? 256 : 128;
}

/** Undefined for an area too small, or without labels where they are asked for: the real tool then shows nothing. */
export function labelAreaJson(
  dimm: string,
  store: LabelStore,
  human: boolean,
  indexOnly: boolean,
): JsonObject | undefined {
  // Before it has read the area, the real tool takes labels for small ones, and asked for the index it stays at that.
  const labelSize = indexOnly ? 128 : labelSizeOf(store);
  const indexSize = sizeofNamespaceIndex(store.sizeBytes, labelSize);
  if (indexSize === 0) return undefined;
  const index = [0, 1].map((which): JsonObject => {
    const bytes = store.read(which * indexSize, indexSize);
    const view = viewOf(bytes);
    return {
      signature: textAt(bytes, 0, 16),
      major: view.getUint16(60, true),
      minor: view.getUint16(62, true),
      labelsize: 128 * 2 ** (view.getUint8(19) % 24),
      seq: view.getUint32(20, true),
      nslot: view.getUint32(56, true),
    };
  });
  if (indexOnly) return { dev: dimm, index };
  const label: JsonObject[] = [];
  let slot = 0;
  for (let at = 2 * indexSize; at + labelSize <= store.sizeBytes; at += labelSize, slot++) {
    const bytes = store.read(at, labelSize);
    // A slot that was ever written says so, in use or not; slot 0 says so even when it is empty.
    if (viewOf(bytes).getUint32(120, true) === slot) label.push(labelJson(bytes, labelSize, human));
  }
  return label.length === 0 ? undefined : { dev: dimm, index, label };
}

function labelJson(bytes: Uint8Array, labelSize: number, human: boolean): JsonObject {
  const view = viewOf(bytes);
  const json: JsonObject = {
    uuid: uuidFromBytes(bytes.subarray(0, 16)),
    name: textAt(bytes, 16, 64),
    slot: view.getInt32(120, true),
    position: view.getUint16(86, true),
    nlabel: view.getUint16(84, true),
    flags: jsonHex(view.getUint32(80, true), human),
    isetcookie: jsonHex(view.getBigUint64(88, true), human),
    lbasize: view.getBigUint64(96, true),
    dpa: jsonHex(view.getBigUint64(104, true), human),
    rawsize: jsonSize(Number(view.getBigUint64(112, true)), human),
  };
  if (labelSize < 256) return json;
  json['type_guid'] = uuidFromBytes(bytes.subarray(128, 144));
  json['abstraction_guid'] = uuidFromBytes(bytes.subarray(144, 160));
  return json;
}
