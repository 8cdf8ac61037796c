/** Explains a log as it streams by: lines in, stories out, in bounded memory. */

import type { Machine } from '../../drivers/machine.ts';
import { profileNameFor } from '../../capture/captured-profile.ts';
import { ARCHITECTURES } from '../../kernel/profile/arch.ts';
import { cleanLine } from './clean-line.ts';
import { Drafts } from './draft.ts';
import { devicesIn, driverOf, type LogEvent } from './event.ts';
import { wordingsOf, type Message } from './message.ts';
import { lookAt, recognise, type Recognised } from './recognise.ts';
import { tellStory, type Story } from './story.ts';
import { Suggester } from './suggest.ts';
import { CORE_FUNCTIONS, TEST_MODULES, traceLine, type TraceLine } from './trace.ts';
import { unitsOf, Values, type Units } from './values.ts';

/** A recognised line that is no trouble. */
export interface Notice {
  readonly line: number;
  readonly text: string;
  readonly id: string;
  readonly title: string;
}

/** What a log said, told. */
export interface Explanation {
  readonly stories: readonly Story[];
  /** Different stories beyond the first 200. */
  readonly storiesOmitted: number;
  readonly notices: readonly Notice[];
  readonly noticesOmitted: number;
  /** Lines read, recognised, and passed over. */
  readonly lines: number;
  readonly recognised: number;
  /** What the log says of its kernel, and what sizes are measured in. */
  readonly release: string | undefined;
  readonly units: Units;
}

/** What a log is explained with. */
export interface ExplainOptions {
  /** The machine to put the numbers on. */
  readonly machine?: Machine | undefined;
  /** Keep at most so many notices; none by default. */
  readonly notices?: number;
}

/** A warning being read: the message in it, and its frames so far. */
interface OpenTrace {
  readonly line: number;
  file: string | undefined;
  fn: string | undefined;
  readonly frames: string[];
  testRig: boolean;
  event: LogEvent | undefined;
  /** Lines since one that belonged to it. */
  strange: number;
  complete: boolean;
}

/** A typed command of a transcript. */
const PROMPT = /^(?:[$#] |\(qemu\) |[\w.-]{1,40}@[\w.-]{1,60}:?\S{0,80} ?[$#] |\[\w[^\]]{0,80}\][$#] )/;
const MAX_FRAMES = 64;
/** A message a warning is about stands right before or after its heading. */
const MESSAGE_LINES = 3;

/** A warning of the memory core that printed no message known. */
const CORE_WARNING: Message = {
  id: 'core-warning',
  by: 'kernel',
  kind: 'refusal',
  wordings: ['WARNING: CPU: {cpu:dec} PID: {pid:dec} at {file}'],
  title: 'a warning of the memory core',
  rule: (values) =>
    `The kernel warns in ${values.text('fn')}(), which ` +
    `${CORE_FUNCTIONS[values.text('fn')] ?? 'deals with hotplug memory'}: a condition it takes for granted did not ` +
    'hold, and what was being done failed or was done in part.',
  remedy: [
    'compare file and line with the source of that very kernel; report it with the whole trace when it is a current one',
  ],
  example: 'WARNING: CPU: 0 PID: 9 at drivers/base/memory.c:931 remove_memory_block_devices+0x9a/0xb0',
};

/** Messages whose number holds for the whole machine. */
const TELLS_BLOCK_SIZE: ReadonlySet<string> = new Set(['memory-block-size', 'virtio-mem-facts', 'block-unaligned']);

/** Takes lines one by one; `finish` tells. */
export class Explainer {
  readonly #options: ExplainOptions;
  readonly #drafts = new Drafts();
  readonly #notices: Notice[] = [];
  #noticesOmitted = 0;
  #line = 0;
  #recognised = 0;
  #release: string | undefined;
  #blockSize: number | undefined;
  #arch = 'x86_64';
  #trace: OpenTrace | undefined;
  #last: LogEvent | undefined;
  /** The line before, when it was none but may be the first half of a wrapped one. */
  #half: string | undefined;

  constructor(options: ExplainOptions = {}) {
    this.#options = options;
  }

  /** Reads one line, as it is. */
  push(raw: string): void {
    this.#line += 1;
    const { text, stamped } = cleanLine(raw);
    if (text === '') return;
    if (PROMPT.test(text)) this.#drafts.boundary(this.#line);
    const part = traceLine(text);
    if (part !== undefined && part.kind !== 'filler') this.#pushTrace(part, text);
    const look = lookAt(text);
    const found = look.found ?? this.#joined(text, stamped);
    if (found === undefined) {
      this.#half = look.mayBegin ? text : undefined;
      if (part === undefined) this.#strangeLine();
      return;
    }
    this.#half = undefined;
    this.#take(found, text);
  }

  /** A mail program broke the line: the half before and this one together. */
  #joined(text: string, stamped: boolean): Recognised | undefined {
    return this.#half === undefined || stamped ? undefined : recognise(`${this.#half} ${text}`);
  }

  #take({ message, wording, match }: Recognised, text: string): void {
    this.#recognised += 1;
    this.#context(message, match.fields);
    if (message.kind === 'notice') {
      if (this.#notices.length < (this.#options.notices ?? 0)) {
        this.#notices.push({ line: this.#line, text: text.slice(0, 400), id: message.id, title: message.title });
      } else this.#noticesOmitted += 1;
      return;
    }
    const event: LogEvent = {
      line: this.#line,
      text,
      message,
      wording,
      fields: match.fields,
      driver: driverOf(text, match.start),
      devices: devicesIn(text),
      range: new Values(match.fields, this.#units()).range(),
    };
    const trace = this.#trace;
    const inTrace = trace !== undefined && this.#line - trace.line <= MESSAGE_LINES + trace.frames.length;
    if (inTrace && trace.event === undefined) trace.event = event;
    this.#last = event;
    this.#drafts.add(event);
  }

  /** What boot lines say about the whole log. */
  #context(message: Message, fields: Readonly<Record<string, string>>): void {
    if (message.id === 'linux-version') this.#release = fields['release'];
    if (message.id === 'linux-version' && /aarch64|arm64/.test(fields['release'] ?? '')) this.#arch = 'arm64';
    if (!TELLS_BLOCK_SIZE.has(message.id)) return;
    const values = new Values(fields, this.#units());
    const size = 'megabytes' in fields ? values.dec('megabytes') * 2 ** 20 : values.hex('blockSize');
    if (size > 0) this.#blockSize = size;
  }

  #units(): Units {
    const { machine } = this.#options;
    if (machine !== undefined) return unitsOf(machine.kernel.profile.arch, machine.kernel.memoryBlockSizeBytes);
    return unitsOf(ARCHITECTURES[this.#arch] as (typeof ARCHITECTURES)[string], this.#blockSize);
  }

  #pushTrace(part: Exclude<TraceLine, { kind: 'filler' }>, text: string): void {
    const begins = part.kind === 'cut' || (part.kind === 'heading' && this.#trace?.fn !== undefined);
    if (begins) this.#endTrace();
    if (part.kind === 'end') {
      this.#endTrace();
      return;
    }
    const near = this.#last !== undefined && this.#line - this.#last.line <= MESSAGE_LINES ? this.#last : undefined;
    const trace = (this.#trace ??= {
      line: this.#line, file: undefined, fn: undefined, frames: [], testRig: false, strange: 0, complete: false,
      event: near?.trace === undefined && part.kind !== 'cut' ? near : undefined,
    });
    trace.strange = 0;
    if (part.kind === 'heading') {
      trace.file = part.file;
      trace.fn = part.fn === '' ? undefined : part.fn;
    }
    if (part.kind !== 'frame' || trace.frames.length >= MAX_FRAMES) return;
    trace.frames.push(part.frame.fn);
    const { module } = part.frame;
    if ((module !== undefined && TEST_MODULES.has(module)) || /nfit_test|cxl_test/.test(text)) trace.testRig = true;
  }

  #strangeLine(): void {
    if (this.#trace === undefined) return;
    this.#trace.strange += 1;
    if (this.#trace.strange > MESSAGE_LINES) this.#endTrace();
  }

  /** Gives a warning to the message it is about; one without a message is told when the memory core is in it. */
  #endTrace(): void {
    const trace = this.#trace;
    this.#trace = undefined;
    if (trace === undefined) return;
    const { line, file, fn, frames, testRig } = trace;
    const core = [fn, ...frames].find((name) => name !== undefined && Object.hasOwn(CORE_FUNCTIONS, name));
    if (trace.event !== undefined) {
      if (core !== undefined || frames.length > 0) trace.event.trace = { line, file, fn, frames, testRig };
      return;
    }
    if (core === undefined) return;
    this.#recognised += 1;
    const where = file === undefined ? `Call Trace: … ${core}` : `WARNING: … at ${file} ${fn ?? core}`;
    const event: LogEvent = {
      line,
      text: where,
      message: CORE_WARNING,
      wording: wordingsOf(CORE_WARNING)[0] as { text: string },
      fields: { fn: fn !== undefined && Object.hasOwn(CORE_FUNCTIONS, fn) ? fn : core },
      driver: undefined,
      devices: [],
      range: undefined,
      trace: { line, file, fn, frames, testRig },
    };
    this.#last = event;
    this.#drafts.add(event);
  }

  /** Ends the log. */
  finish(): Explanation {
    this.#endTrace();
    const units = this.#units();
    const { machine } = this.#options;
    const spoke = this.#release === undefined ? undefined : profileNameFor(this.#release);
    const suggester = new Suggester(machine, spoke, this.#arch);
    return {
      stories: this.#drafts.finish().map((draft) => tellStory(draft, units, machine?.kernel, suggester)),
      storiesOmitted: this.#drafts.omitted,
      notices: this.#notices,
      noticesOmitted: this.#noticesOmitted,
      lines: this.#line,
      recognised: this.#recognised,
      release: this.#release,
      units,
    };
  }
}

/** Explains a text at once. */
export function explainText(text: string, options: ExplainOptions = {}): Explanation {
  const explainer = new Explainer(options);
  for (const line of text.split(/\r\n|\n|\r/)) explainer.push(line);
  return explainer.finish();
}
