/** Cuts a picture into spans: runs of sections that look the same, and single sections that do not. */

import { HOLE, UNBACKED, UNOWNED, ownerOf, type Owner } from './owner.ts';
import { isRam, type Picture, type PictureBlocks, type PictureSections } from './picture.ts';

export interface Span {
  readonly first: number;
  /** Inclusive. More than `first` only where `owner` is set or the sections are absent. */
  readonly last: number;
  /** Undefined where no section is present. */
  readonly section: PictureSections | undefined;
  readonly block: PictureBlocks | undefined;
  /** The one owner of all of it; undefined where owners meet, and where no section is present. */
  readonly owner: Owner | undefined;
  /** Index of the first segment that ends after the span's start. */
  readonly segment: number;
}

/** Whether a sub-section's bit is set. Unknown maps answer undefined. */
export function subsectionBit(section: PictureSections, index: number): boolean | undefined {
  const words = section.subsections;
  if (words === undefined) return undefined;
  return (((words[Math.floor(index / 32)] ?? 0) >>> (index % 32)) & 1) === 1;
}

// 'all', 'none' or 'some' of the bits; 'unknown' without a map.
function fill(section: PictureSections, count: number): 'all' | 'none' | 'some' | 'unknown' {
  if (section.subsections === undefined) return 'unknown';
  let set = 0;
  for (let index = 0; index < count; index++) if (subsectionBit(section, index) === true) set++;
  return set === count ? 'all' : set === 0 ? 'none' : 'some';
}

/**
 * The spans of a picture from its first to its last present section, within [fromSection, toSection).
 * Cost follows the number of runs, segments and mixed sections, never the number of sections.
 */
export function* spansOf(picture: Picture, fromSection = 0, toSection = Infinity): Generator<Span> {
  const { segments, blocks } = picture;
  const size = picture.sectionSizeBytes;
  const count = Math.floor(size / picture.subsectionSizeBytes);
  let segment = 0;
  let block = 0;
  let at = fromSection;

  for (const section of picture.sections) {
    if (section.last < at) continue;
    if (section.first >= toSection) break;
    if (section.first > at) {
      yield { first: at, last: section.first - 1, section: undefined, block: undefined, owner: undefined, segment };
    }
    at = Math.max(at, section.first);
    const bits = fill(section, count);
    const end = Math.min(section.last + 1, toSection);
    while (at < end) {
      const start = at * size;
      while (segment < segments.length && (segments[segment]?.end ?? 0) <= start) segment++;
      while (block < blocks.length && blockEnd(picture, block) <= start) block++;
      const limit = Math.min(end, blockLimit(picture, block, start));
      const under = segments[segment];
      let owner: Owner | undefined;
      let until = at + 1;
      if (under === undefined || under.start >= start + size) {
        if (bits !== 'some') {
          owner = bits === 'all' ? UNOWNED : HOLE;
          until = under === undefined ? limit : Math.floor(under.start / size);
        }
      } else if (under.start <= start && under.end >= start + size) {
        const needsBit = isRam(under.kind) || under.kind === 'device';
        if (!needsBit || bits !== 'some') {
          owner = needsBit && bits === 'none' ? UNBACKED : ownerOf(under);
          until = Math.floor(under.end / size);
        }
      }
      until = owner === undefined ? at + 1 : Math.max(at + 1, Math.min(until, limit));
      yield { first: at, last: until - 1, section, block: blockAt(picture, block, start), owner, segment };
      at = until;
    }
  }
}

function blockEnd(picture: Picture, index: number): number {
  return ((picture.blocks[index] as PictureBlocks).last + 1) * picture.blockSizeBytes;
}

function blockAt(picture: Picture, index: number, start: number): PictureBlocks | undefined {
  const run = picture.blocks[index];
  return run !== undefined && run.first * picture.blockSizeBytes <= start ? run : undefined;
}

// The section at which the state of blocks changes next.
function blockLimit(picture: Picture, index: number, start: number): number {
  const run = picture.blocks[index];
  if (run === undefined) return Infinity;
  const first = run.first * picture.blockSizeBytes;
  return Math.ceil((first > start ? first : blockEnd(picture, index)) / picture.sectionSizeBytes);
}
