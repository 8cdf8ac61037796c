/** The commands that act on DIMMs: labels, enabling and disabling. */

import { EBUSY, EINVAL, ENOMEM, ENXIO, type Errno } from '../../kernel/errno.ts';
import { readLabelArea } from '../../drivers/nvdimm/nd-label-store.ts';
import { NotModelled } from '../tool.ts';
import { readBuses } from './bus.ts';
import { openLabelArea } from './device-node.ts';
import type { Dimm } from './dimm.ts';
import { initLabels } from './enable-labels.ts';
import { busMatches, dimmMatches } from './filter.ts';
import { displayJsonArray, type JsonObject } from './json-c.ts';
import { labelAreaJson } from './label-json.ts';
import { type OptionSpec, type ParsedOptions, parseOptions, UsageExit, usageText } from './parse-options.ts';
import { refuseVerbose } from './refuse.ts';
import type { Session } from './session.ts';

const BASE: readonly OptionSpec[] = [
  {
    short: 'b',
    long: 'bus',
    type: 'string',
    value: 'bus-id',
    help: '<nmem> must be on a bus with an id/provider of <bus-id>',
  },
  { short: 'v', long: 'verbose', type: 'boolean', help: 'turn on debug' },
];
const EXTENT: readonly OptionSpec[] = [
  { short: 's', long: 'size', type: 'number', help: 'number of label bytes to operate' },
  { short: 'O', long: 'offset', type: 'number', help: 'offset into the label area to start operation' },
];
const READ: readonly OptionSpec[] = [
  { short: 'o', long: 'output', type: 'string', value: 'output-file', help: 'filename to write label area contents' },
  { short: 'j', long: 'json', type: 'boolean', help: 'parse label data into json' },
  { short: 'u', long: 'human', type: 'boolean', help: 'use human friendly number formats (implies --json)' },
  { short: 'I', long: 'index', type: 'boolean', help: 'limit read to the index block area' },
];
const INIT: readonly OptionSpec[] = [
  { short: 'f', long: 'force', type: 'boolean', help: 'force initialization even if existing index-block present' },
  {
    short: 'V',
    long: 'label-version',
    type: 'string',
    value: 'version-number',
    help: 'namespace label specification version (default: 1.1)',
  },
];

interface Run {
  readonly session: Session;
  readonly options: ParsedOptions;
  readonly minor: 1 | 2;
  /** What is shown at the end. */
  readonly shown: JsonObject[];
}

type Act = (run: Run, dimm: Dimm) => Errno;

/** Lets the kernel read the label area anew. */
function reload(dimm: Dimm): Errno {
  if (!dimm.isEnabled) return 0;
  const rc = dimm.disable();
  return rc === 0 ? dimm.enable() : rc;
}

function isRefused({ session }: Run, dimm: Dimm): boolean {
  if (dimm.isActive) session.stderr(`${dimm.name}: regions active, abort label write\n`);
  return dimm.isActive;
}

const init: Act = (run, dimm) => {
  const { session, options, minor } = run;
  const store = openLabelArea(session.context.machine, dimm.name);
  if (store === undefined) return -ENXIO;
  if (isRefused(run, dimm)) return -EBUSY;
  if (readLabelArea(store) !== undefined && !options.boolean('force')) {
    session.stderr(`${dimm.name}: error: labels already initialized\n`);
    return -EBUSY;
  }
  const rc = initLabels(session, dimm, minor);
  return rc < 0 ? rc : reload(dimm);
};

const zero: Act = (run, dimm) => {
  const { session, options } = run;
  if (isRefused(run, dimm)) return -EBUSY;
  const store = openLabelArea(session.context.machine, dimm.name);
  const offset = options.number('offset');
  const length = options.number('size') || (store?.sizeBytes ?? 0) - offset;
  if (store === undefined || offset < 0 || length <= 0 || offset + length > store.sizeBytes) return -EINVAL;
  const rc = store.write(offset, new Uint8Array(length));
  return rc < 0 ? rc : reload(dimm);
};

const check: Act = ({ session }, dimm) => {
  const store = openLabelArea(session.context.machine, dimm.name);
  return store === undefined || readLabelArea(store) === undefined ? -ENXIO : 0;
};

const read: Act = ({ session, options, shown }, dimm) => {
  const store = openLabelArea(session.context.machine, dimm.name);
  if (store === undefined) return -EINVAL;
  if (!options.boolean('json') && !options.boolean('human')) {
    throw new NotModelled('the bytes of `ndctl read-labels` are not modelled', undefined, 'use `--json`');
  }
  const json = labelAreaJson(dimm.name, store, options.boolean('human'), options.boolean('index'));
  if (json === undefined) return -ENOMEM;
  shown.push(json);
  return 0;
};

const disable: Act = ({ session }, dimm) => {
  if (!dimm.isActive) return dimm.disable();
  session.stderr(`${dimm.name} is active, skipping...\n`);
  return -EBUSY;
};

interface DimmCommand {
  readonly act: Act;
  readonly options: readonly OptionSpec[];
  readonly usage: string;
  /** What is said of the number of DIMMs it was done to. */
  readonly done: (count: number) => string;
}

const many = (count: number): string => (count > 1 ? 's' : '');
const counted = (verb: string) => (count: number): string => `${verb} ${count} nmem${many(count)}`;

function onDimms(command: string, verb: string, act: Act, options: readonly OptionSpec[] = []): DimmCommand {
  const tail = command === 'read-labels' ? '[-o <filename>]' : '[<options>]';
  const usage = `ndctl ${command} <nmem0> [<nmem1>..<nmemN>] ${tail}`;
  return { act, options: [...BASE, ...options], usage, done: counted(verb) };
}

export const DIMM_COMMANDS: Readonly<Record<string, DimmCommand>> = {
  'init-labels': onDimms('init-labels', 'initialized', init, INIT),
  'zero-labels': onDimms('zero-labels', 'zeroed', zero, EXTENT),
  'read-labels': onDimms('read-labels', 'read', read, [...EXTENT, ...READ]),
  'check-labels': {
    ...onDimms('check-labels', '', check),
    done: (count) => `successfully verified ${count} nmem label${many(count)}`,
  },
  'enable-dimm': onDimms('enable-dimm', 'enabled', (_run, dimm) => dimm.enable()),
  'disable-dimm': onDimms('disable-dimm', 'disabled', disable),
};

const MINORS: Readonly<Record<string, 1 | 2>> = { '1.1': 1, 'v1.1': 1, '1.2': 2, 'v1.2': 2 };

export function dimmCommand(name: string, command: DimmCommand): (session: Session, args: readonly string[]) => number {
  const { usage, options: specs } = command;
  return (session, args) => {
    const options = parseOptions(args, specs, usage);
    refuseVerbose(name, options.boolean('verbose'));
    const finish = (count: number, rc: Errno): number => {
      session.stderr(`${command.done(count)}\n`);
      return count > 0 || rc >= 0 ? 0 : 1;
    };
    const words = dimmWords(session, options.operands, () => usageText(usage, specs));
    const json = options.boolean('json') || options.boolean('human');
    if (json && (options.number('size') !== 0 || options.number('offset') !== 0)) {
      throw new UsageExit(`--size and --offset are incompatible with --json\n${usageText(usage, specs)}`);
    }
    if (options.boolean('index') && options.number('size') !== 0) {
      throw new UsageExit(`pick either --size, or --index, not both\n${usageText(usage, specs)}`);
    }
    if (options.string('output') !== undefined) throw new NotModelled('files written by `ndctl` are not modelled');
    const version = options.string('label-version') ?? '1.1';
    const minor = Object.hasOwn(MINORS, version) ? MINORS[version] : undefined;
    if (minor === undefined) {
      session.stderr(`'${version}' is not a valid label version\n`);
      return finish(0, -EINVAL);
    }
    const run: Run = { session, options, minor, shown: [] };
    let count = 0;
    let failed: Errno = 0;
    for (const word of words) {
      for (const bus of readBuses(session)) {
        if (!busMatches(bus, options.string('bus'))) continue;
        for (const dimm of bus.dimms.filter((each) => dimmMatches(each, word))) {
          const rc = command.act(run, dimm);
          if (rc === 0) count++;
          else if (failed === 0) failed = rc;
        }
      }
    }
    const human = session.context.stdoutIsTerminal === true;
    if (run.shown.length > 0) session.out(displayJsonArray(run.shown, human));
    return finish(count, failed);
  };
}

/** DIMMs named; `all` stands for itself alone. */
function dimmWords(session: Session, operands: readonly string[], usage: () => string): readonly string[] {
  if (operands.length === 0) throw new UsageExit(usage());
  const isName = (word: string): boolean => /^nmem\s*[+-]?[0-9]/.test(word);
  const all = operands.indexOf('all');
  const looked = all < 0 ? operands : operands.slice(0, all);
  for (const word of looked) if (!isName(word)) session.stderr(`'${word}' is not a valid dimm name\n`);
  // The real tool forgets here that `all` made its list one word long.
  const wrong = looked.filter((word) => !isName(word)).length;
  if (wrong === (all < 0 ? operands.length : 1)) throw new UsageExit(usage());
  if (all >= 0) return ['all'];
  return operands.filter(isName);
}
