/** Finds the message a line is: by a word that only few templates hold, then by the template. */

import { MESSAGES } from './catalogue.ts';
import { wordingsOf, type Message, type Wording } from './message.ts';
import { compileTemplate, matchTemplate, type Match, type Template } from './template.ts';

export interface Recognised {
  readonly message: Message;
  readonly wording: Wording;
  readonly match: Match;
}

interface Entry {
  readonly message: Message;
  readonly wording: Wording;
  readonly template: Template;
  readonly order: number;
}

/** Words of letters, digits and underscores; a shorter one tells nothing. */
const WORD = /[A-Za-z0-9_]{3,40}/g;
/** A line of more words is no message. */
const MAX_WORDS = 120;

const INDEX = buildIndex(MESSAGES);

/** Which templates to try for each word. */
function buildIndex(messages: readonly Message[]): ReadonlyMap<string, readonly Entry[]> {
  const entries: Entry[] = messages.flatMap((message) =>
    wordingsOf(message).map((wording) => ({ message, wording, template: compileTemplate(wording.text), order: 0 })),
  );
  const index = new Map<string, Entry[]>();
  for (const [order, entry] of entries.entries()) {
    const word = keyWord(entry.template);
    const list = index.get(word) ?? [];
    list.push({ ...entry, order });
    index.set(word, list);
  }
  return index;
}

/**
 * The longest word that stands alone in every line the template matches: not cut off by a field, nor by the template's
 * own ends ("namespace" may be "namespaces" there) when another word will do.
 * @throws RangeError when there is none, which is a mistake in the catalogue
 */
function keyWord(template: Template): string {
  let inner = '';
  let outer = '';
  for (const [i, part] of template.parts.entries()) {
    if (!('literal' in part)) continue;
    for (const { 0: word, index } of part.literal.matchAll(WORD)) {
      const begins = index === 0;
      const ends = index + word.length === part.literal.length;
      if (!begins && !ends) inner = word.length > inner.length ? word : inner;
      const besideField = (begins && i > 0) || (ends && i < template.parts.length - 1);
      if (!besideField) outer = word.length > outer.length ? word : outer;
    }
  }
  const best = inner || outer;
  if (best === '') throw new RangeError(`no word to find it by: ${template.source}`);
  return best;
}

/** What a look at a line gave. */
export interface Look {
  readonly found: Recognised | undefined;
  /** Whether it holds a word some template is found by: then it may be half of a wrapped message. */
  readonly mayBegin: boolean;
}

/** Looks a clean line up; of several templates that fit the one with the most literal text counts. */
export function lookAt(line: string): Look {
  let found: (Recognised & { readonly weight: number; readonly order: number }) | undefined;
  let mayBegin = false;
  WORD.lastIndex = 0;
  for (let word = WORD.exec(line), words = 0; word !== null && words < MAX_WORDS; word = WORD.exec(line), words++) {
    const entries = INDEX.get(word[0]);
    if (entries === undefined) continue;
    mayBegin = true;
    for (const { message, wording, template, order } of entries) {
      if (found !== undefined && (found.weight > template.weight || found.order === order)) continue;
      const match = matchTemplate(template, line);
      if (match === undefined || (found !== undefined && found.weight === template.weight && found.order < order)) continue;
      found = { message, wording, match, weight: template.weight, order };
    }
  }
  WORD.lastIndex = 0;
  return { found, mayBegin };
}

/** The message a clean line is; undefined for all other lines. */
export function recognise(line: string): Recognised | undefined {
  return lookAt(line).found;
}
