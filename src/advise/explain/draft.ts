/** Puts events that belong together into one draft of a story, while the log streams by. */

import type { ByteRange } from '../../kernel/units.ts';
import type { LogEvent } from './event.ts';

/** Events about one thing that was tried. */
export interface Draft {
  readonly events: LogEvent[];
  readonly devices: Set<string>;
  ranges: ByteRange[];
  lastLine: number;
  /** Events beyond `MAX_EVENTS`. */
  more: number;
  /** How often the same came again. */
  repeats: number;
}

/** Lines between a refusal and what follows from it, when nothing else ties them. */
const NEAR_LINES = 12;
/** Lines between two events of one device. */
const DEVICE_LINES = 200;
const MAX_OPEN = 16;
const MAX_EVENTS = 40;
/** Different stories kept; a log with more is told in part, and says so. */
export const MAX_STORIES = 200;

/** Collects events into drafts in bounded memory. */
export class Drafts {
  readonly #open: Draft[] = [];
  readonly #done = new Map<string, Draft>();
  /** Different stories that were not kept. */
  omitted = 0;
  #boundary = 0;

  /** A command was typed: what is printed from here on does not simply follow from what was printed before. */
  boundary(line: number): void {
    this.#boundary = line;
  }

  /** Takes an event that is no notice. */
  add(event: LogEvent): void {
    const draft = this.#open.findLast((one) => belongs(one, event, this.#boundary));
    if (draft === undefined) {
      const { line, devices } = event;
      const ranges = rangesOf(event);
      this.#open.push({ events: [event], devices: new Set(devices), ranges, lastLine: line, more: 0, repeats: 0 });
      if (this.#open.length > MAX_OPEN) this.#close(this.#open.shift() as Draft);
      return;
    }
    if (draft.events.length < MAX_EVENTS) draft.events.push(event);
    else draft.more += 1;
    for (const device of event.devices) if (draft.devices.size < 32) draft.devices.add(device);
    draft.ranges = [...draft.ranges, ...rangesOf(event)].slice(0, 16);
    draft.lastLine = event.line;
  }

  /** Ends all that is open; the drafts in the order of their first line. */
  finish(): Draft[] {
    for (const draft of this.#open.splice(0)) this.#close(draft);
    return [...this.#done.values()].sort((a, b) => (a.events[0] as LogEvent).line - (b.events[0] as LogEvent).line);
  }

  #close(draft: Draft): void {
    const key = signature(draft);
    const before = this.#done.get(key);
    if (before !== undefined) before.repeats += 1 + draft.repeats;
    else if (this.#done.size < MAX_STORIES) this.#done.set(key, draft);
    else this.omitted += 1;
  }
}

/** Whether a draft may take an event: same device or range and not told to its end, or what follows right behind. */
function belongs(draft: Draft, event: LogEvent, boundary: number): boolean {
  const apart = event.line - draft.lastLine;
  const isRoot = event.message.kind === 'refusal';
  const hasRoot = draft.events.some((one) => one.message.kind === 'refusal');
  const hasFailed = draft.events.some((one) => one.message.kind === 'failure');
  // A second refusal after a failure is a second try; the same line again is one too.
  if (draft.events.some((one) => one.text === event.text && one.message.kind !== 'failure')) return false;
  const another = isRoot && hasRoot && hasFailed;
  const sameDevice = event.devices.some((device) => draft.devices.has(device));
  const { range } = event;
  const sameRange = range !== undefined && draft.ranges.some((one) => alike(one, range));
  if ((sameDevice || sameRange) && apart <= DEVICE_LINES && !another) return true;
  if (apart > NEAR_LINES || draft.lastLine <= boundary) return false;
  const bothNamed = draft.devices.size > 0 && event.devices.length > 0;
  const strangers = bothNamed && !sameDevice && !related(draft.devices, event.devices);
  if (strangers) return false;
  // A failure follows from what was refused just before; a refusal may explain a failure printed first (a tool’s).
  const { kind, by } = event.message;
  if (kind === 'failure') return draft.events.some(({ message }) => message.by === 'kernel' || message.by === by);
  return isRoot && !hasRoot && draft.events.every((one) => one.message.kind === 'failure' && one.message.by !== 'kernel');
}

/** The same range, or one that begins where the other does. */
function alike(a: ByteRange, b: ByteRange): boolean {
  return a.start === b.start || (a.start <= b.start && b.end <= a.end) || (b.start <= a.start && a.end <= b.end);
}

/** Whether names can mean one thing: pfn0.1, dax0.0 and namespace0.0 are of region 0. */
function related(known: ReadonlySet<string>, names: readonly string[]): boolean {
  const regions = (list: Iterable<string>): Set<string> => {
    const found = new Set<string>();
    for (const name of list) {
      const region = /^(?:namespace|pfn|dax|btt|region)(\d+)/.exec(name)?.[1];
      if (region !== undefined) found.add(region);
    }
    return found;
  };
  const mine = regions(known);
  return [...regions(names)].some((region) => mine.has(region));
}

function rangesOf(event: LogEvent): ByteRange[] {
  return event.range === undefined ? [] : [event.range];
}

/** What makes two drafts the same story told twice. */
function signature(draft: Draft): string {
  const root = draft.events.find((one) => one.message.kind === 'refusal') ?? (draft.events[0] as LogEvent);
  return `${root.text}\n${[...new Set(draft.events.map((one) => one.message.id))].sort().join(' ')}`;
}
