/** Options of the commands that act on namespaces, and what is checked before any device is looked at. */

import { modeOfWord } from './filter.ts';
import { errorText, type OptionSpec, parseOptions, UsageExit, usageText } from './parse-options.ts';
import type { Session } from './session.ts';
import { parseSize64 } from './size.ts';

export type NamespaceAction =
  | 'enable'
  | 'disable'
  | 'create'
  | 'destroy'
  | 'check'
  | 'clear'
  | 'read-infoblock'
  | 'write-infoblock';

/** x86's page size; sysconf(_SC_PAGE_SIZE) of the machine. */
export const PAGE_SIZE = 4096;

const text = (short: string, long: string, value: string, help: string): OptionSpec =>
  ({ short, long, type: 'string', value, help });
const flag = (short: string, long: string, help: string): OptionSpec => ({ short, long, type: 'boolean', help });

const BASE: readonly OptionSpec[] = [
  text('b', 'bus', 'bus-id', 'limit namespace to a bus with an id or provider of <bus-id>'),
  text('r', 'region', 'region-id', 'limit namespace to a region with an id or name of <region-id>'),
  flag('v', 'verbose', 'emit extra debug messages to stderr'),
];

const MAP = text('M', 'map', 'memmap-location', "specify 'mem' or 'dev' for the location of the memmap");

const OPTIONS: Readonly<Record<NamespaceAction, readonly OptionSpec[]>> = {
  enable: BASE,
  disable: BASE,
  create: [
    ...BASE,
    text('e', 'reconfig', 'reconfig namespace', 'reconfigure existing namespace'),
    text('u', 'uuid', 'uuid', 'specify the uuid for the namespace (default: autogenerate)'),
    text('n', 'name', 'name', 'specify an optional free form name for the namespace'),
    text('s', 'size', 'size', 'specify the namespace size in bytes (default: available capacity)'),
    text('m', 'mode', 'operation-mode', "specify a mode for the namespace, 'sector', 'fsdax', 'devdax' or 'raw'"),
    MAP,
    text('l', 'sector-size', 'lba-size', 'specify the logical sector size in bytes'),
    text('t', 'type', 'type', "specify the type of namespace to create 'pmem' or 'blk'"),
    text('a', 'align', 'align', 'specify the namespace alignment in bytes (default: 2M)'),
    flag('f', 'force', 'reconfigure namespace even if currently active'),
    flag('L', 'autolabel', 'automatically initialize labels'),
    flag('c', 'continue', 'continue creating namespaces as long as the filter criteria are met'),
    flag('R', 'autorecover', 'automatically cleanup on failure'),
  ],
  destroy: [...BASE, flag('f', 'force', 'destroy namespace even if currently active')],
  check: [
    ...BASE,
    flag('R', 'repair', 'perform metadata repairs'),
    flag('L', 'rewrite-log', 'regenerate the log'),
    flag('f', 'force', 'check namespace even if currently active'),
  ],
  clear: [...BASE, flag('s', 'scrub', 'run a scrub to find latent errors')],
  'read-infoblock': [
    ...BASE,
    text('o', 'output', 'output-file', 'filename to write infoblock contents'),
    text('i', 'input', 'input-file', 'filename to read infoblock instead of a namespace'),
    flag('V', 'verify', 'validate parent uuid, and infoblock checksum'),
    flag('j', 'json', 'parse label data into json'),
    flag('u', 'human', 'use human friendly number formats (implies --json)'),
  ],
  'write-infoblock': [
    ...BASE,
    text('o', 'output', 'output-file', 'filename to write infoblock contents'),
    flag('c', 'stdout', 'write the infoblock data to stdout'),
    text('m', 'mode', 'operation-mode', "specify the infoblock mode, 'fsdax' or 'devdax' (default 'fsdax')"),
    text('s', 'size', 'size', 'override the image size to instantiate the infoblock'),
    text('a', 'align', 'align', 'specify the expected physical alignment'),
    text('u', 'uuid', 'uuid', 'specify the uuid for the infoblock (default: autogenerate)'),
    MAP,
    text('p', 'parent-uuid', 'parent-uuid', 'specify the parent namespace uuid for the infoblock (default: 0)'),
    text('O', 'offset', 'offset', 'EXPERT/DEBUG only: enable namespace inner alignment padding'),
  ],
};

const USAGES: Readonly<Record<NamespaceAction, string>> = {
  enable: 'ndctl enable-namespace <namespace> [<options>]',
  disable: 'ndctl disable-namespace <namespace> [<options>]',
  create: 'ndctl create-namespace [<options>]',
  destroy: 'ndctl destroy-namespace <namespace> [<options>]',
  check: 'ndctl check-namespace <namespace> [<options>]',
  clear: 'ndctl clear_errors <namespace> [<options>]',
  'read-infoblock': 'ndctl read-infoblock <namespace> [<options>]',
  'write-infoblock': 'ndctl write-infoblock <namespace> [<options>]',
};

/** What was asked, defaults filled in. */
export interface NamespaceRequest {
  readonly action: NamespaceAction;
  /** The namespace acted on; for create the one to configure anew. */
  readonly target: string | undefined;
  readonly bus: string | undefined;
  readonly region: string | undefined;
  readonly verbose: boolean;
  readonly uuid: string | undefined;
  readonly name: string | undefined;
  readonly size: string | undefined;
  readonly mode: string | undefined;
  /** The mode was not typed. */
  readonly modeIsDefault: boolean;
  readonly map: string | undefined;
  readonly sectorSize: string | undefined;
  readonly type: string | undefined;
  readonly align: string | undefined;
  readonly force: boolean;
  readonly autolabel: boolean;
  readonly greedy: boolean;
  readonly autorecover: boolean;
  readonly offset: string | undefined;
  readonly parentUuid: string | undefined;
  readonly outfile: string | undefined;
  readonly infile: string | undefined;
  readonly toStdout: boolean;
  readonly json: boolean;
  readonly human: boolean;
  readonly verify: boolean;
  readonly repair: boolean;
  readonly rewriteLog: boolean;
  readonly scrub: boolean;
  /** Nothing at all was typed: any region will do. */
  readonly scans: boolean;
}

const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const TARGET_WORDS: Readonly<Partial<Record<NamespaceAction, string>>> = { clear: 'clear errors for' };

/** Reads the words of a namespace command; throws UsageExit with all that is wrong with them. */
export function readNamespaceRequest(args: readonly string[], action: NamespaceAction): NamespaceRequest {
  const [specs, usage] = [OPTIONS[action], USAGES[action]];
  const options = parseOptions(args, specs, usage);
  const on = (long: string, otherwise = false): boolean => options.boolean(long, otherwise);
  const given = (long: string): string | undefined => options.string(long);
  const reconfig = action === 'create' ? given('reconfig') : undefined;
  const type = given('type') ?? (action === 'create' && reconfig === undefined ? 'pmem' : undefined);
  const typedMode = given('mode');
  const defaultMode = action === 'write-infoblock' ? 'fsdax' : reconfig === undefined ? modeOfType(type) : undefined;
  const mode = typedMode ?? defaultMode;
  const isSector = type === 'blk' || (mode !== undefined && modeOfWord(mode) === 'sector');
  const request: NamespaceRequest = {
    action,
    target: action === 'create' ? reconfig : options.operands[0],
    bus: given('bus'),
    region: given('region'),
    verbose: on('verbose'),
    uuid: given('uuid'),
    name: given('name'),
    size: given('size'),
    mode,
    modeIsDefault: typedMode === undefined,
    map: given('map') ?? (reconfig === undefined ? 'dev' : undefined),
    sectorSize: given('sector-size') ?? (isSector ? '4096' : undefined),
    type,
    align: given('align'),
    force: on('force'),
    autolabel: on('autolabel', true),
    greedy: on('continue'),
    autorecover: on('autorecover', true),
    offset: given('offset'),
    parentUuid: given('parent-uuid'),
    outfile: given('output'),
    infile: given('input'),
    toStdout: on('stdout'),
    json: on('json'),
    human: on('human'),
    verify: on('verify'),
    repair: on('repair'),
    rewriteLog: on('rewrite-log'),
    scrub: on('scrub'),
    scans: args.length === 0,
  };
  const complaints = [
    ...valueComplaints(request, given('map'), reconfig !== undefined),
    ...targetComplaints(request, options.operands),
  ];
  if (complaints.length > 0) {
    throw new UsageExit(complaints.map((each) => `${errorText(each)}\n`).join('') + usageText(usage, specs));
  }
  return request;
}

function modeOfType(type: string | undefined): string | undefined {
  return type === undefined ? undefined : type === 'pmem' ? 'fsdax' : 'sector';
}

/** What is wrong with values, in the order the real tool looks. */
function valueComplaints(request: NamespaceRequest, typedMap: string | undefined, reconfigures: boolean): string[] {
  const wrong: string[] = [];
  const { type, mode, size, align, offset } = request;
  if (type !== undefined && type !== 'pmem' && type !== 'blk') {
    wrong.push(`invalid type '${type}', must be either 'pmem' or 'blk'`);
  }
  const parsedMode = mode === undefined ? undefined : modeOfWord(mode);
  if (mode !== undefined && parsedMode === undefined) wrong.push(`invalid mode '${mode}'`);
  else if (request.action === 'write-infoblock' && parsedMode !== 'fsdax' && parsedMode !== 'devdax') {
    wrong.push(`unsupported mode '${mode ?? ''}'`);
  }
  if (typedMap !== undefined) {
    if (typedMap !== 'mem' && typedMap !== 'dev') wrong.push(`invalid map location '${typedMap}'`);
    if (!reconfigures && mode !== undefined && mode !== 'fsdax' && mode !== 'devdax') {
      wrong.push('--map only valid for an devdax mode pmem namespace');
    }
  }
  if (type === 'blk' && (mode === 'fsdax' || mode === 'devdax')) {
    wrong.push("only 'pmem' namespaces support dax operation");
  }
  const isBadSize = size !== undefined && parseSize64(size) === undefined;
  if (isBadSize) wrong.push(`failed to parse namespace size '${size}'`);
  if (offset !== undefined && parseSize64(offset) === undefined) {
    wrong.push(`failed to parse physical offset'${offset}'`);
  }
  if (align !== undefined) {
    const bytes = parseSize64(align)?.bytes;
    if (bytes === undefined) wrong.push(`failed to parse namespace alignment '${align}'`);
    else if (bytes < PAGE_SIZE || !Number.isInteger(Math.log2(bytes))) {
      wrong.push(`align must be a power-of-2 greater than ${PAGE_SIZE}`);
    }
  }
  // The real tool looks at the size twice, and complains twice.
  if (isBadSize) wrong.push(`failed to parse namespace size '${size}'`);
  for (const uuid of [request.uuid, request.parentUuid]) {
    if (uuid !== undefined && !UUID.test(uuid)) wrong.push(`failed to parse uuid: '${uuid}'`);
  }
  if (request.sectorSize !== undefined && parseSize64(request.sectorSize) === undefined) {
    wrong.push(`invalid sector size: ${request.sectorSize}`);
  }
  return wrong;
}

function targetComplaints(request: NamespaceRequest, operands: readonly string[]): string[] {
  const { action, outfile, infile, toStdout, size } = request;
  const wrong: string[] = [];
  const writesFile = outfile !== undefined || toStdout;
  const mayLack = action === 'create' || action === 'read-infoblock';
  const needsTarget = !mayLack && !(action === 'write-infoblock' && writesFile);
  if (operands.length === 0 && needsTarget) {
    wrong.push(`specify a namespace to ${TARGET_WORDS[action] ?? action}, or "all"`);
  }
  for (const word of operands.slice(action === 'create' ? 0 : 1)) wrong.push(`unknown extra parameter "${word}"`);
  if (action === 'read-infoblock' && infile !== undefined && operands.length > 0) {
    wrong.push('specify a namespace, or --input, not both');
  }
  if (action === 'write-infoblock' && writesFile && operands.length > 0) {
    wrong.push('specify only one of a namespace filter, --output, or --stdout');
  }
  if (action === 'write-infoblock' && toStdout && size === undefined) wrong.push('--size required with --stdout');
  return wrong;
}

/** What a session calls the command in its complaints. */
export function nameCommand(session: Session, action: NamespaceAction): void {
  if (action === 'clear') session.command = 'clear errors namespace';
  else if (!action.endsWith('infoblock')) session.command = `${action} namespace`;
}
