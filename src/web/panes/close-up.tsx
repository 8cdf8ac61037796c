/** A section sub-section by sub-section, in letters and colours, with what pfn_valid() says under each. */

import type { Picture } from '../../view/picture.ts';
import type { FramePlace } from '../map/frame-facts.ts';
import type { Lane } from '../map/lane.ts';
import * as store from '../store.ts';
import { pageTheme } from '../theme.ts';

const MOST_CELLS = 128;

export function CloseUp({ picture, lanes, place }: { picture: Picture; lanes: readonly Lane[]; place: FramePlace }) {
  const all = picture.sectionSizeBytes / picture.subsectionSizeBytes;
  const count = Math.min(all, MOST_CELLS);
  const size = picture.sectionSizeBytes / count;
  const base = place.sectionNr * picture.sectionSizeBytes;
  const owner = lanes.find(({ id }) => id === 'owner')!;
  const valid = lanes.find(({ id }) => id === 'valid')!;
  const online = lanes.find(({ id }) => id === 'online')!;
  const { empty, ink } = pageTheme.value;
  const chosen = Math.floor((place.subsection * count) / all);
  return (
    <div class="close-up" role="img" aria-label={`Section ${place.sectionNr}, ${count} sub-sections; number ${place.subsection} is looked at`}>
      {Array.from({ length: count }, (_, index) => {
        const start = base + index * size;
        const { codes, bytes } = owner.shares(start, start + size);
        const most = codes.reduce((best, code, at) => ((bytes[at] ?? 0) > (bytes[codes.indexOf(best)] ?? 0) ? code : best), codes[0] ?? 0);
        const value = owner.values[most]!;
        const fill = value.paint.fill === '' ? empty : value.paint.fill;
        const letter = codes.length > 1 ? '*' : value.letter;
        const style = {
          background: value.paint.hatched ? `repeating-linear-gradient(135deg, ${fill} 0 2px, ${empty} 2px 6px)` : fill,
          color: value.paint.hatched || value.paint.ink === '' ? ink : value.paint.ink,
        };
        const answers = `${valid.runAt(start) === undefined ? '' : ' valid'}${online.runAt(start) === undefined ? '' : ' online'}`;
        return (
          <i
            key={index}
            class={`${answers}${index === chosen ? ' chosen' : ''}`}
            style={style}
            title={`sub-section ${index}: ${value.label}${answers === '' ? '' : `;${answers}`}`}
            onClick={() => (store.chosen.value = start)}
          >
            {letter}
          </i>
        );
      })}
    </div>
  );
}
