/** A whole scenario in a link's fragment: JSON, deflated, base64url, with its version in front. */

import { deflate, inflate, TooLarge } from './inflate.ts';
import type { Source } from './source.ts';

/** What a link carries. */
export interface SharedScenario {
  readonly source: Source;
  /** Kernel in place of the source's own. */
  readonly kernel: string | undefined;
  /** A second kernel beside it. */
  readonly beside: string | undefined;
  /** Steps done. */
  readonly position: number;
  /** Addresses in sight. */
  readonly sight: readonly [start: number, end: number] | undefined;
  /** The address looked at. */
  readonly address: number | undefined;
}

/** A fragment that is no scenario; the message is for people. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

const PREFIX = 's1.';
/** Characters of a fragment looked at. */
export const FRAGMENT_LIMIT = 512 * 1024;
/** Bytes it may unpack to. */
const UNPACKED_LIMIT = 4 * 1024 * 1024;
const MOST_NAME = 200;

/** Whether a fragment claims to be a scenario. */
export function isScenarioFragment(fragment: string): boolean {
  return /^#?s\d+\./.test(fragment);
}

/** @throws LinkError for a scenario that does not fit into a link. */
export async function fragmentOf(shared: SharedScenario): Promise<string> {
  const { source, kernel, beside, position, sight, address } = shared;
  const files = source.files.map(({ name, bytes }) => ({ name, text: textOfFile(name, bytes) }));
  const document = {
    source: { kind: source.kind, name: source.name.slice(0, MOST_NAME), text: source.text, files },
    ...(kernel === undefined ? {} : { kernel }),
    ...(beside === undefined ? {} : { beside }),
    position,
    ...(sight === undefined ? {} : { sight }),
    ...(address === undefined ? {} : { address }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const fragment = PREFIX + base64url(await deflate(bytes));
  if (bytes.length > UNPACKED_LIMIT || fragment.length > FRAGMENT_LIMIT) {
    throw new LinkError('this scenario is too large for a link: save the runbook and send it with the capture');
  }
  return fragment;
}

function textOfFile(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LinkError(`${name} is not a text, and archives do not fit into a link: save the runbook and send both`);
  }
}

/** @throws LinkError for anything that is not a scenario of this version, within the limits. */
export async function scenarioOfFragment(fragment: string): Promise<SharedScenario> {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith(PREFIX)) {
    const version = /^s(\d+)\./.exec(text)?.[1];
    throw new LinkError(
      version === undefined ? 'this link carries no scenario' : `this link is of version ${version}; this page reads version 1`,
    );
  }
  if (text.length > FRAGMENT_LIMIT) throw new LinkError(`this link is longer than ${FRAGMENT_LIMIT} characters, which none is`);
  const packed = bytesOf(text.slice(PREFIX.length));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await inflate(packed, 'deflate-raw', UNPACKED_LIMIT)));
  } catch (error) {
    if (error instanceof TooLarge) throw new LinkError('this link unpacks to more than any scenario holds');
    throw new LinkError('this link is damaged: was all of it copied?');
  }
  return scenarioOf(json);
}

type Bag = Readonly<Record<string, unknown>>;

function scenarioOf(json: unknown): SharedScenario {
  const bag = objectOf(json, 'the scenario');
  const from = objectOf(bag.source, 'source');
  const kind = from.kind;
  if (kind !== 'runbook' && kind !== 'capture' && kind !== 'recording') throw wrong('source.kind');
  const files = from.files;
  if (!Array.isArray(files) || files.length > 64) throw wrong('source.files');
  const source: Source = {
    kind,
    name: textIn(from, 'name').slice(0, MOST_NAME),
    text: textIn(from, 'text'),
    files: files.map((file) => {
      const one = objectOf(file, 'source.files');
      return { name: textIn(one, 'name').slice(0, MOST_NAME), bytes: new TextEncoder().encode(textIn(one, 'text')) };
    }),
  };
  return {
    source,
    kernel: bag.kernel === undefined ? undefined : textIn(bag, 'kernel').slice(0, 40),
    beside: bag.beside === undefined ? undefined : textIn(bag, 'beside').slice(0, 40),
    position: numberIn(bag, 'position', bag.position),
    sight: sightOf(bag.sight),
    address: bag.address === undefined ? undefined : numberIn(bag, 'address', bag.address),
  };
}

function sightOf(value: unknown): SharedScenario['sight'] {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== 2) throw wrong('sight');
  const [start, end] = value.map((one) => numberIn({}, 'sight', one)) as [number, number];
  if (end <= start) throw wrong('sight');
  return [start, end];
}

function objectOf(value: unknown, name: string): Bag {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name);
  return value as Bag;
}

function textIn(bag: Bag, name: string): string {
  const value = Object.hasOwn(bag, name) ? bag[name] : undefined;
  if (typeof value !== 'string') throw wrong(name);
  return value;
}

function numberIn(_bag: Bag, name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0) || value > Number.MAX_SAFE_INTEGER) throw wrong(name);
  return value;
}

function wrong(name: string): LinkError {
  return new LinkError(`this link holds no scenario: its ${name} is not what it must be`);
}

function base64url(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array {
  if (!/^[\w-]*$/.test(text)) throw new LinkError('this link is damaged: it holds characters no link has');
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));
  } catch {
    throw new LinkError('this link is damaged: was all of it copied?');
  }
}
