/** A draft told: what was tried, what refused it, why, what followed, what to do. */

import { errnoName } from '../../kernel/errno.ts';
import { placeIn } from '../../kernel/profile/places.ts';
import { CHANGES } from '../../kernel/profile/changes.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Draft } from './draft.ts';
import { errnoInContext, errnoOfText } from './errno-in-context.ts';
import type { LogEvent, Trace } from './event.ts';
import { say, type Message, type Wording } from './message.ts';
import { placeOf as checkPlace } from '../why/place.ts';
import { placeOf, type Place } from './place.ts';
import type { Suggester } from './suggest.ts';
import { ASKERS, CORE_FUNCTIONS } from './trace.ts';
import { Values, type Units } from './values.ts';

/** A line that belongs to a story. */
export interface StoryLine {
  readonly line: number;
  readonly text: string;
  /** Of the catalogue. */
  readonly id: string;
}

/** refused: something did not happen. lost: it happened, at a price. failed: the deciding line is not in the text. */
export type Outcome = 'refused' | 'lost' | 'failed';

/** Every sentence is for people; the numbers in it are the log's. */
export interface Story {
  readonly outcome: Outcome;
  readonly title: string;
  /** Id of the deciding message. */
  readonly id: string;
  readonly devices: readonly string[];
  readonly lines: readonly StoryLine[];
  /** Lines of it that are not listed, and how often the whole came again. */
  readonly more: number;
  readonly repeats: number;
  readonly tried: string | undefined;
  /** `mm/memory_hotplug.c: check_hotplug_memory_range`. */
  readonly decidedBy: string | undefined;
  readonly why: readonly string[];
  /** What followed from it. */
  readonly followed: readonly string[];
  readonly remedies: readonly string[];
  /** Found by asking the model. */
  readonly nearest: readonly string[];
  readonly places: readonly Place[];
  /** The warning around it. */
  readonly trace: Trace | undefined;
  /** Which kernels speak like this. */
  readonly versions: readonly string[];
  readonly reports: readonly string[];
}

/** Tells a draft in the units that the whole log, or the machine, gave; `suggester` is asked what would pass. */
export function tellStory(draft: Draft, units: Units, kernel: Kernel | undefined, suggester: Suggester): Story {
  const { events } = draft;
  const root = decisive(events);
  const values = (event: LogEvent): Values => new Values(event.fields, ownUnits(event, units));
  const roots = events.filter((event) => event.message.kind === 'refusal' || event.message.kind === 'loss');
  const failures = events.filter((event) => event.message.kind === 'failure');
  const trace = events.find((event) => event.trace !== undefined)?.trace;
  const { message } = root;
  const why = distinct([...new Set([root, ...roots])].flatMap((event) => whyOf(event, values(event))));
  const causeless = message.kind === 'failure';
  return {
    outcome: message.kind === 'loss' ? 'lost' : causeless ? 'failed' : 'refused',
    title: message.title,
    id: message.id,
    devices: [...draft.devices],
    lines: events.map(({ line, text, message: { id } }) => ({ line, text: text.slice(0, 400), id })),
    more: draft.more,
    repeats: draft.repeats,
    tried: triedText(events, trace, values),
    decidedBy: causeless ? undefined : decidedBy(root, trace, suggester.kernel),
    why,
    followed: distinct(failures.filter((event) => event !== root).flatMap((event) => followText(event, root, units))).filter(
      (text) => !why.includes(text),
    ),
    remedies: distinct([...new Set([root, ...roots])].flatMap((one) => remediesOf(one, units))).slice(0, 5),
    nearest: distinct(roots.flatMap((event) => suggester.suggestionsFor(event, ownUnits(event, units)))).slice(0, 4),
    trace,
    places: placesOf(roots.length > 0 ? roots : events, units, kernel),
    versions: distinct(roots.flatMap(({ wording }) => versionText(wording))),
    reports: distinct(events.flatMap((event) => event.message.reports ?? [])).slice(0, 4),
  };
}

/** The first refusal; without one the first loss, else the first failure. */
function decisive(events: readonly LogEvent[]): LogEvent {
  const of = (kind: Message['kind']): LogEvent | undefined => events.find((event) => event.message.kind === kind);
  return of('refusal') ?? of('loss') ?? (events[0] as LogEvent);
}

/** A message that names its block size is measured in it. */
function ownUnits(event: LogEvent, units: Units): Units {
  const own = new Values(event.fields, units).hex('blockSize');
  return Number.isNaN(own) || own === 0 ? units : { ...units, blockSize: own };
}

function triedText(
  events: readonly LogEvent[],
  trace: Trace | undefined,
  values: (event: LogEvent) => Values,
): string | undefined {
  const asker = trace?.frames.map((fn) => ASKERS[fn]).find((text) => text !== undefined);
  const own = events.find((event) => event.message.tried !== undefined);
  const what = own?.message.tried === undefined ? undefined : say(own.message.tried, values(own));
  const rig =
    trace?.testRig === true ? 'nfit_test, the test rig, stood in for hardware, so the addresses are made up' : undefined;
  const parts = [what, asker, rig].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** The check's place, on the kernel that spoke where it is known. */
function decidedBy(root: LogEvent, trace: Trace | undefined, profileName: string | undefined): string | undefined {
  // Where the log itself names file and function it knows better than the catalogue.
  if (trace?.file !== undefined && trace.fn !== undefined && trace.fn in CORE_FUNCTIONS) return `${trace.file}: ${trace.fn}`;
  const { at } = root.message;
  const [file, fn] = at?.split(': ') ?? [];
  if (profileName === undefined || file === undefined || fn === undefined) return at;
  return checkPlace(placeIn(profileName, { file, fn, condition: '' }));
}

function whyOf({ message, fields, driver }: LogEvent, values: Values): string[] {
  const errno = fields['errno'] === undefined ? undefined : errnoOfText(fields['errno']);
  const sentences = [say(message.rule, values)];
  if (errno !== undefined && message.kind !== 'loss') sentences.push(`${errnoInContext(errno, contextOf(message, driver, fields))}.`);
  return sentences;
}

/** What a failure says, with its error number in words that fit where it came from. */
function followText({ message, fields, driver }: LogEvent, root: LogEvent, units: Units): string[] {
  const errno = fields['errno'] === undefined ? undefined : errnoOfText(fields['errno']);
  const rule = say(message.rule, new Values(fields, units));
  if (errno === undefined) return [rule];
  const sameSpeaker = message.by === 'kernel' || message.by === root.message.by;
  if (sameSpeaker && root.message.errno === -errno) {
    return [`${message.title}: −${errno} (${errnoName(errno)}) is the answer of the check above, not a trouble of its own.`];
  }
  return [`${message.title}: ${errnoInContext(errno, contextOf(message, driver, fields))}.`];
}

function contextOf(message: Message, driver: string | undefined, fields: LogEvent['fields']): string {
  return message.by === 'kernel' ? (fields['driver'] ?? driver ?? '') : message.by;
}

function remediesOf({ message: { remedy }, fields }: LogEvent, units: Units): readonly string[] {
  if (remedy === undefined) return [];
  return typeof remedy === 'function' ? remedy(new Values(fields, units)) : remedy;
}

const MAX_PLACES = 3;

function placesOf(events: readonly LogEvent[], units: Units, kernel: Kernel | undefined): Place[] {
  const places = new Map<string, Place>();
  for (const event of events) {
    if (event.range === undefined || places.size >= MAX_PLACES) continue;
    const { start, end } = event.range;
    if (!places.has(`${start}-${end}`)) places.set(`${start}-${end}`, placeOf(event.range, ownUnits(event, units), kernel));
  }
  return [...places.values()];
}

function versionText({ since, before, seen }: Wording): string[] {
  const named = (id: keyof typeof CHANGES): string => `${CHANGES[id].release} ("${CHANGES[id].subject}")`;
  return [
    ...(since === undefined ? [] : [`said since ${named(since)}`]),
    ...(before === undefined ? [] : [`not said any more since ${named(before)}`]),
    ...(seen === undefined ? [] : [`seen on ${seen}`]),
  ];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
