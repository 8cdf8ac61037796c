/** `ndctl read-infoblock`, `write-infoblock`: what stands at the start of a disabled namespace. */

import { EBUSY, EINVAL, EIO, ENOENT, ENXIO, type Errno, strerror } from '../../kernel/errno.ts';
import { NULL_UUID } from '../../drivers/nvdimm/little-endian.ts';
import { infoBlockOfNdctl, writeNdPfnSb } from '../../drivers/nvdimm/nd-pfn-bytes.ts';
import { nextUuid } from '../../drivers/random.ts';
import { NotModelled } from '../tool.ts';
import { blockDeviceSize, readBlockDevice, writeBlockDevice } from './device-node.ts';
import { modeOfWord } from './filter.ts';
import { infoBlocksJson } from './infoblock-json.ts';
import { displayJsonArray, type JsonObject } from './json-c.ts';
import { forEachNamespace } from './namespace-command.ts';
import { type NamespaceRequest, PAGE_SIZE, readNamespaceRequest } from './namespace-options.ts';
import type { Namespace } from './namespace.ts';
import { refuseVerbose } from './refuse.ts';
import type { Session } from './session.ts';
import { parseSize64 } from './size.ts';

const INFO_SIZE = 8192;
const BLOCK_OFFSET = 4096;

/** Turns a disabled namespace on without looking at its info block, does something to its disk, and turns it off. */
function withRawDisk(namespace: Namespace, act: (disk: string) => Errno): Errno {
  if (namespace.isActive) return -EBUSY;
  namespace.setRawMode(true);
  const enabled = namespace.enable();
  const rc = enabled < 0 ? enabled : act(namespace.blockDevice);
  namespace.setRawMode(false);
  namespace.disableInvalidate();
  return rc;
}

export function readInfoblock(session: Session, args: readonly string[]): number {
  const request = readNamespaceRequest(args, 'read-infoblock');
  refuseVerbose('read-infoblock', request.verbose);
  if (request.outfile !== undefined || request.infile !== undefined || request.target === undefined) {
    throw new NotModelled('files as input and output of `ndctl read-infoblock` are not modelled');
  }
  if (!request.json && !request.human) {
    throw new NotModelled('the bytes of `ndctl read-infoblock` are not modelled', undefined, 'use `--json`');
  }
  const blocks: JsonObject[] = [];
  let seen = false;
  const { rc, done } = forEachNamespace(session, request, (_session, _request, namespace) =>
    withRawDisk(namespace, (disk) => {
      const bytes = readBlockDevice(session.context.machine, disk, 0, INFO_SIZE);
      if (typeof bytes === 'number') return bytes;
      if (bytes.length < INFO_SIZE) return -EIO;
      seen = true;
      blocks.push(...infoBlocksJson(bytes, namespace, request.human, request.verify));
      return 0;
    }),
  );
  if (seen) session.out(displayBlocks(session, blocks));
  if (rc < 0) session.stderr(`error reading infoblock data: ${strerror(rc)}\n`);
  session.stderr(`read ${done} infoblock${done === 1 ? '' : 's'}\n`);
  return rc;
}

function displayBlocks(session: Session, blocks: readonly JsonObject[]): string {
  if (blocks.length === 0) session.stderr('  Warning: no matching devices found\n\n');
  return blocks.length === 0 ? '[\n]\n' : displayJsonArray(blocks, false);
}

/** The alignment of a namespace that already has one, a page else. */
function ownAlign(namespace: Namespace): number {
  const { mode, pfn, dax } = namespace;
  const claim = mode === 'fsdax' ? pfn : mode === 'devdax' ? dax : undefined;
  return claim?.supportedAlignments[1] ?? PAGE_SIZE;
}

export function writeInfoblock(session: Session, args: readonly string[]): number {
  const request = readNamespaceRequest(args, 'write-infoblock');
  refuseVerbose('write-infoblock', request.verbose);
  if (request.target === undefined) {
    throw new NotModelled('files as output of `ndctl write-infoblock` are not modelled');
  }
  const { rc, done } = forEachNamespace(session, request, (_session, _request, namespace) =>
    withRawDisk(namespace, (disk) => writeBlock(session, request, namespace, disk)),
  );
  if (rc < 0) session.stderr(`error checking infoblocks: ${strerror(rc)}\n`);
  session.stderr(`wrote ${done} infoblock${done === 1 ? '' : 's'}\n`);
  return rc;
}

function writeBlock(session: Session, request: NamespaceRequest, namespace: Namespace, disk: string): Errno {
  const { machine } = session.context;
  const align = request.align === undefined ? ownAlign(namespace) : (parseSize64(request.align)?.bytes ?? 0);
  const asked = request.size === undefined ? 0 : (parseSize64(request.size)?.bytes ?? 0);
  if (asked % align !== 0) {
    session.error(`--size=${request.size ?? ''} not aligned to ${request.align ?? align}`);
    return -EINVAL;
  }
  const size = asked === 0 ? blockDeviceSize(machine, disk) : asked;
  if (size === undefined) return -ENOENT;
  const block = infoBlockOfNdctl({
    kind: modeOfWord(request.mode ?? 'fsdax') === 'devdax' ? 'dax' : 'pfn',
    mode: request.map === 'mem' ? 1 : 2,
    size,
    align,
    offset: request.offset === undefined ? 0 : (parseSize64(request.offset)?.bytes ?? 0),
    uuid: request.uuid ?? nextUuid(machine),
    parentUuid: request.parentUuid ?? namespace.uuid ?? NULL_UUID,
  });
  if (block === undefined) {
    session.error('unable to satisfy requested alignment');
    return -ENXIO;
  }
  const bytes = new Uint8Array(INFO_SIZE);
  bytes.set(writeNdPfnSb(block), BLOCK_OFFSET);
  const written = writeBlockDevice(machine, disk, 0, bytes);
  return written === INFO_SIZE ? 0 : -EIO;
}
