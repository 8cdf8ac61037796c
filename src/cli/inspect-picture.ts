/** A captured machine as a picture for the map. */

import type { MachineLayout } from '../capture/machine-layout.ts';
import { pictureOfResources } from '../view/picture-of-resources.ts';
import type { Picture } from '../view/picture.ts';

/** Undefined when no address is known, or nothing of it is memory. */
export function pictureOfLayout(layout: MachineLayout): Picture | undefined {
  if (layout.resources.length === 0) return undefined;
  const blocks = layout.blocks.map(({ first, last, state, zones, nodes }) => ({
    first,
    last,
    state,
    zones: zones ?? '',
    ...(nodes === undefined ? {} : { node: nodes[0] as number }),
  }));
  return pictureOfResources({
    sectionSizeBytes: layout.sectionSize,
    subsectionSizeBytes: Math.min(layout.arch.subsectionSize, layout.sectionSize),
    blockSizeBytes: layout.blockSize ?? layout.sectionSize,
    resources: layout.resources,
    blocks: layout.blockSize === undefined ? [] : blocks,
  });
}
