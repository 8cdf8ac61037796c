/** Reads a plan: front matter as a runbook's, then one wish a line. */

import { GiB, MiB } from '../../kernel/units.ts';
import { parseQemuSize } from '../../drivers/qemu/number.ts';
import type { MachineDescription } from '../../drivers/machine-description.ts';
import { diagnostic, hasErrors, type Diagnostic } from '../../runbook/diagnostic.ts';
import { nearestName } from '../../runbook/nearest.ts';
import { parseRunbook } from '../../runbook/parse.ts';
import type { FrontMatter } from '../../runbook/runbook.ts';
import { shellWords } from '../../runbook/shell-words.ts';
import { sourceText, type SourceText, type Span } from '../../runbook/source-text.ts';
import { buildFromHeader } from '../../runbook/build-from-header.ts';
import { sizeWord } from './move.ts';
import { MOST_BASES } from './plan-machine.ts';
import type { PlanProblem, PlatformRegion, Wish } from './plan-problem.ts';

/** Wishes in one plan, and devices of one wish: the search tries their orders. */
const MOST_WISHES = 16;
const MOST_MACHINES = 64;
const LARGEST = 2 ** 46;

const WORDS = ['dimm', 'nvdimm', 'virtio-mem', 'namespace', 'window', 'region', 'room', 'online', 'choose'] as const;
type Word = (typeof WORDS)[number];

/** What may stand behind each first word. */
const OPTIONS: Readonly<Record<Word, readonly string[]>> = {
  dimm: ['most', 'sizes', 'count'],
  nvdimm: ['count'],
  'virtio-mem': ['block'],
  namespace: ['count', 'region', 'mode', 'map', 'align'],
  window: ['from', 'to', 'step'],
  region: ['ways', 'count'],
  room: [],
  online: [],
  choose: [],
};

/** How each line is written. */
export const PLAN_FORMS: Readonly<Record<Word, string>> = {
  dimm: 'dimm SIZE [most=N] [sizes=SIZE|SIZE] [count=N]',
  nvdimm: 'nvdimm SIZE [count=N]',
  'virtio-mem': 'virtio-mem SIZE [block=2M]',
  namespace: 'namespace SIZE [count=N] [region=0] [mode=fsdax|devdax] [map=mem|dev] [align=2M]',
  window: 'window SIZE from=ADDRESS [to=ADDRESS] [step=SIZE]',
  region: 'region SIZE [ways=N] [count=N]',
  room: 'room SIZE',
  online: 'online movable|kernel|default',
  choose: 'choose memory|kernel|cmdline|qemu VALUE|VALUE',
};

/** What a plan’s text asks for, and what is wrong with it. */
export interface ParsedPlan {
  readonly problem: PlanProblem | undefined;
  readonly title: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses a plan's text. Never throws; everything wrong is told at once. */
export function parsePlan(text: string, name: string): ParsedPlan {
  const { book, diagnostics } = parseRunbook(text, name, { headerOnly: true });
  const title = book.header.title?.value;
  if (hasErrors(diagnostics)) return { problem: undefined, title, diagnostics };
  const reader = new PlanReader(book.source, book.header.span.end);
  const problem = reader.read(book.source, book.header);
  return { problem, title, diagnostics: reader.diagnostics };
}

/** Parses wishes given one by one, for a machine described elsewhere. */
export function parseWishes(wishes: readonly string[], machine: SourceText, header: FrontMatter): ParsedPlan {
  const reader = new PlanReader(sourceText('--want', wishes.join('\n')), 0);
  const problem = reader.read(machine, header);
  return { problem, title: undefined, diagnostics: reader.diagnostics };
}

class PlanReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: SourceText;
  readonly #from: number;
  readonly #wishes: Wish[] = [];
  readonly #regions: PlatformRegion[] = [];
  readonly #choices: { axis: string; values: readonly string[]; span: Span }[] = [];
  #online: PlanProblem['online'] = 'online_movable';
  #roomBytes = 0;

  constructor(source: SourceText, from: number) {
    this.#source = source;
    this.#from = from;
  }

  read(machine: SourceText, header: FrontMatter): PlanProblem | undefined {
    const { text } = this.#source;
    let at = this.#from;
    for (const line of text.slice(at).split('\n')) {
      if (!/^\s*(?:#.*|---\s*|```.*)?\r?$/.test(line)) this.#line(line, at);
      at += line.length + 1;
    }
    if (this.#wishes.length > MOST_WISHES) {
      const help = 'plan one group of devices after the other';
      this.#complain(`the plan has ${this.#wishes.length} wishes; at most ${MOST_WISHES} are laid out together`, undefined, help);
    }
    if (this.#wishes.length === 0 && this.diagnostics.length === 0) {
      this.#complain('the plan wishes for nothing', undefined, `write a line such as \`${PLAN_FORMS.dimm}\``);
    }
    const description = this.#description(machine, header);
    if (description === undefined || this.diagnostics.length > 0) return undefined;
    const machines = this.#machines(description);
    if (this.diagnostics.length > 0) return undefined;
    return {
      machines,
      wishes: this.#wishes,
      regions: this.#regions,
      online: this.#online,
      roomBytes: this.#roomBytes,
    };
  }

  #description(machine: SourceText, header: FrontMatter): MachineDescription | undefined {
    const chosen = this.#choices.find(({ axis }) => axis === 'memory');
    const value = chosen?.values[0];
    const usable = header.memory === undefined && value !== undefined ? { ...header, memory: { value, span: header.span } } : header;
    const built = buildFromHeader(machine, usable);
    this.diagnostics.push(...built.diagnostics);
    return built.description;
  }

  #machines(description: MachineDescription): MachineDescription[] {
    let machines = [description];
    for (const { axis, values } of this.#choices) {
      machines = machines.flatMap((machine) => values.map((value): MachineDescription => {
        if (axis === 'qemu') return { ...machine, qemu: [...machine.qemu, ...shellWords(value).map((word) => word.text)] };
        if (axis === 'cmdline') return { ...machine, cmdline: `${machine.cmdline} ${value}`.trim() };
        return { ...machine, [axis]: value };
      }));
    }
    if (machines.length > MOST_MACHINES) {
      this.#complain(`that makes ${machines.length} machines; at most ${MOST_MACHINES} are tried`, this.#choices.at(-1)!.span, 'name fewer values');
    }
    return machines.slice(0, MOST_MACHINES);
  }

  #line(line: string, at: number): void {
    const words = shellWords(line).map(({ text, start, end }) => ({ text, span: { start: at + start, end: at + end } }));
    const [first, ...rest] = words;
    if (first === undefined) return;
    const word = WORDS.find((each) => each === first.text);
    if (word === undefined) {
      const near = nearestName(first.text, WORDS);
      this.#complain(`a plan has no \`${first.text.slice(0, 40)}\``, first.span, `lines begin with ${WORDS.join(', ')}`, near);
      return;
    }
    const options = new Map<string, Piece>();
    const plain: Piece[] = [];
    for (const each of rest) {
      const split = /^([a-z]+)=(.*)$/.exec(each.text);
      if (word === 'choose' || split === null) plain.push(each);
      else if (OPTIONS[word].includes(split[1]!)) {
        options.set(split[1]!, { text: split[2]!, span: { start: each.span.start + split[1]!.length + 1, end: each.span.end } });
      } else {
        this.#complain(`\`${word}\` takes no \`${split[1]}\``, each.span, `write ${PLAN_FORMS[word]}`, nearestName(split[1]!, OPTIONS[word]));
      }
    }
    if (word === 'choose') this.#choose(first.span, plain);
    else if (word === 'online') this.#setOnline(first.span, plain);
    else this.#wish(word, first.span, plain, options);
  }

  #wish(word: Exclude<Word, 'choose' | 'online'>, place: Span, plain: readonly Piece[], options: ReadonlyMap<string, Piece>): void {
    const size = plain[0] === undefined ? undefined : this.#size(plain[0]);
    if (plain.length !== 1) this.#complain(`\`${word}\` takes one size`, plain[1]?.span ?? place, `write ${PLAN_FORMS[word]}`);
    if (size === undefined || plain.length !== 1) return;
    const sizeOf = (name: string): number | undefined => (options.has(name) ? this.#size(options.get(name)!, name === 'from' || name === 'to') : undefined);
    const numberOf = (name: string, least: number, most: number, otherwise: number): number => {
      const given = options.get(name);
      if (given === undefined) return otherwise;
      if (/^\d{1,3}$/.test(given.text) && Number(given.text) >= least && Number(given.text) <= most) return Number(given.text);
      this.#complain(`\`${name}\` is a number from ${least} to ${most}`, given.span, `write ${PLAN_FORMS[word]}`);
      return otherwise;
    };
    const oneOf = <T extends string>(name: string, values: readonly T[]): T => {
      const given = options.get(name);
      if (given === undefined) return values[0]!;
      const found = values.find((value) => value === given.text);
      if (found === undefined) this.#complain(`\`${name}\` is ${values.join(' or ')}`, given.span, `write ${PLAN_FORMS[word]}`);
      return found ?? values[0]!;
    };
    const count = numberOf('count', 1, MOST_WISHES, 1);
    const add = (make: (index: number) => Wish): void => {
      for (let i = 0; i < count; i++) this.#wishes.push(make(this.#wishes.length));
    };
    switch (word) {
      case 'room':
        this.#roomBytes += size;
        return;
      case 'region': {
        const ways = numberOf('ways', 1, 16, 1);
        if (size % (ways * MiB) !== 0) this.#complain('the DIMMs of a region have equal shares of whole MiB', plain[0]!.span, `write ${Math.ceil(size / (ways * GiB)) * ways}G`);
        for (let i = 0; i < count; i++) this.#regions.push({ sizeBytes: size, ways });
        return;
      }
      case 'dimm': {
        const sizes = options.get('sizes');
        const listed = sizes === undefined ? undefined : pieces(sizes).flatMap((piece) => this.#size(piece) ?? []);
        const most = numberOf('most', 1, 16, listed === undefined ? 1 : 4);
        add(() => ({ kind: 'dimm', sizeBytes: size, most, ...(listed === undefined ? {} : { sizes: listed }) }));
        return;
      }
      case 'nvdimm':
        add(() => ({ kind: 'nvdimm', sizeBytes: size }));
        return;
      case 'virtio-mem':
        add((index) => ({ kind: 'virtio-mem', sizeBytes: size, device: `vm${index}`, blockBytes: sizeOf('block') ?? 2 * MiB }));
        return;
      case 'namespace': {
        const region = numberOf('region', 0, 255, 0);
        const align = sizeOf('align');
        const [mode, map] = [oneOf('mode', ['fsdax', 'devdax']), oneOf('map', ['mem', 'dev'])];
        add(() => ({ kind: 'namespace', sizeBytes: size, region, mode, map, aligns: align === undefined ? [] : [align] }));
        return;
      }
      case 'window': {
        const from = sizeOf('from');
        if (from === undefined) {
          this.#complain('a window begins somewhere', place, `write ${PLAN_FORMS.window}`);
          return;
        }
        const to = sizeOf('to') ?? from;
        const stepBytes = sizeOf('step') ?? 256 * MiB;
        const bases = Math.floor((to - from) / stepBytes) + 1;
        if (bases > MOST_BASES) {
          const help = `write step=${sizeWord(2 ** Math.ceil(Math.log2((to - from) / MOST_BASES)))} or larger`;
          this.#complain(`that makes ${bases} bases; at most ${MOST_BASES} are tried`, options.get('step')?.span ?? place, help);
        }
        if (to < from) this.#complain('`to` lies before `from`', options.get('to')!.span, `write ${PLAN_FORMS.window}`);
        add(() => ({ kind: 'window', sizeBytes: size, from, to, stepBytes }));
      }
    }
  }

  /** A size or an address: what QEMU takes, hexadecimal too. */
  #size({ text, span }: Piece, mayBeZero = false): number | undefined {
    const read = /^0x[\da-f]{1,13}$/i.test(text) ? { value: BigInt(text) } : parseQemuSize(text);
    const value = typeof read === 'string' ? -1 : Number(read.value);
    if (value > (mayBeZero ? -1 : 0) && value <= LARGEST && Number.isInteger(value)) return value;
    const what = value > LARGEST ? 'is more than a machine has addresses for' : 'is no size';
    this.#complain(`\`${text.slice(0, 40)}\` ${what}`, span, 'write 2M, 59G, or an address such as 0xc050000000');
    return undefined;
  }

  #choose(place: Span, [axis, ...values]: readonly Piece[]): void {
    const axes = ['memory', 'kernel', 'cmdline', 'qemu'];
    if (axis === undefined || values.length !== 1) {
      this.#complain('`choose` takes a name and values', axis?.span ?? place, `write ${PLAN_FORMS.choose}; quote values with blanks`);
    } else if (!axes.includes(axis.text)) {
      this.#complain(`\`${axis.text.slice(0, 40)}\` cannot be chosen`, axis.span, `write one of ${axes.join(', ')}`, nearestName(axis.text, axes));
    } else {
      this.#choices.push({ axis: axis.text, values: values[0]!.text.split('|'), span: values[0]!.span });
    }
  }

  #setOnline(place: Span, [value]: readonly Piece[]): void {
    const types = { movable: 'online_movable', kernel: 'online_kernel', default: 'online' } as const;
    if (value !== undefined && Object.hasOwn(types, value.text)) this.#online = types[value.text as keyof typeof types];
    else this.#complain('memory comes online movable, kernel or default', value?.span ?? place, `write ${PLAN_FORMS.online}`);
  }

  #complain(message: string, span: Span | undefined, help: string, near?: string): void {
    const label = near === undefined ? '' : `did you mean \`${near}\`?`;
    this.diagnostics.push(diagnostic('MHP0004', message, this.#source, span, { label, help }));
  }
}

interface Piece {
  readonly text: string;
  readonly span: Span;
}

function pieces({ text, span }: Piece): Piece[] {
  let at = span.start;
  return text.split('|').map((part) => {
    const start = at;
    at += part.length + 1;
    return { text: part, span: { start, end: start + Math.max(1, part.length) } };
  });
}
