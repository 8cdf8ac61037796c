/** The document `memhp run --json` prints, as a schema that is also published as JSON Schema. */

import { z } from 'zod';
import { diagnosticRecord, type Diagnostic } from '../runbook/diagnostic.ts';
import { whyOf } from '../advise/why/why.ts';
import { promptedText, type NearestAnswer, type Suggestion } from '../advise/nearest/suggestion.ts';
import type { CommandRun } from '../runbook/verdict.ts';
import { checkRecord, checkShape, diagnosticShape, logLineShape, promptShape, verdictShape } from './document-shapes.ts';
import type { PlayedRunbook } from './play-files.ts';

export const RUN_SCHEMA = 'memhp/run/1';

const linesShape = z.array(z.string()).describe('what to type, with prompts');

const suggestionShape = z.strictObject({
  direction: z.enum(['smaller', 'larger', 'other']),
  what: z.string().describe('what is changed'),
  from: z.string(),
  to: z.string(),
  lines: linesShape,
  boot: z
    .strictObject({ memory: z.string().optional(), cmdline: z.string().optional() })
    .optional()
    .describe('what the machine must be booted with'),
  step: z.number().positive().optional().describe('bytes, or memory blocks: one such step nearer is refused'),
  nearer: linesShape.optional(),
  costs: z.array(z.string()),
  depends: z.array(z.string()),
});

const commandShape = z.strictObject({
  line: z.int().positive().describe('1-based line of the prompt'),
  prompt: promptShape,
  command: z.string(),
  verdict: verdictShape,
  unexpected: z.boolean().describe('counts as a failure of the run'),
  exit: z.int().describe('exit status; 0 for the monitor, which has none'),
  output: z.array(z.string()).describe('standard output and standard error, in order'),
  log: z.array(logLineShape).describe('kernel log lines it caused'),
  depends: z.array(z.string()).describe('why the outcome hangs on what the map cannot tell'),
  differences: z.array(
    z.strictObject({
      what: z.enum(['exit', 'output', 'log']),
      expected: z.array(z.string()),
      actual: z.array(z.string()),
      at: z.int().nonnegative().optional().describe('first output line that differs, 0-based'),
    }),
  ),
  decidedBy: checkShape.optional(),
  why: z.string().optional().describe('the decisive check in one plain sentence'),
  steps: z
    .array(checkShape.extend({ passed: z.boolean(), decided: z.boolean().optional() }))
    .optional()
    .describe('with --why: every check in the order it was made; of very many the first'),
  stepsDropped: z.int().nonnegative().optional().describe('checks made and not listed'),
  tryNext: z.array(z.string()),
  instead: z.array(suggestionShape).describe('requests the model accepts in place of a refused one'),
  insteadCutShort: z.boolean().optional().describe('the bound on work was reached: --why looks further'),
});

const machineShape = z.strictObject({
  kernel: z.string(),
  arch: z.string(),
  memory: z.string().optional(),
  cmdline: z.string(),
  qemu: z.array(z.string()).optional(),
  capture: z.string().optional().describe('where a captured machine was read from'),
  assumed: z.array(z.string()).optional().describe('what a capture did not tell'),
  blockSizeBytes: z.int().positive(),
});

export const runDocument = z.strictObject({
  schema: z.literal(RUN_SCHEMA),
  status: z.int().describe('exit status of memhp: 0 as expected, 1 failed or differed, 2 bad input, 64 partly open'),
  runbooks: z.array(
    z.strictObject({
      source: z.string(),
      title: z.string().optional(),
      status: z.int(),
      updated: z.boolean().optional().describe('whether --update changed the file'),
      machine: machineShape.optional().describe('absent when it could not be built'),
      commands: z.array(commandShape),
      diagnostics: z.array(diagnosticShape),
    }),
  ),
});

export type RunDocument = z.infer<typeof runDocument>;

/** The document of a run. */
export function runJson(played: readonly PlayedRunbook[], status: number, why = false): RunDocument {
  return {
    schema: RUN_SCHEMA,
    status,
    runbooks: played.map((one) => ({
      source: one.name,
      ...(one.title === undefined ? {} : { title: one.title }),
      status: one.status,
      ...(one.updated === undefined ? {} : { updated: one.updated }),
      ...(one.ready === undefined
        ? {}
        : {
            machine: {
              ...mutable(one.ready.about),
              blockSizeBytes: one.ready.machine.kernel.memoryBlockSizeBytes,
            },
          }),
      commands: (one.result?.runs ?? []).map((run, index) => commandJson(run, one.tryNext[index] ?? [], one.instead[index], why)),
      diagnostics: one.diagnostics.map((each: Diagnostic) => diagnosticRecord(each)),
    })),
  };
}

type MachineJson = Omit<NonNullable<RunDocument['runbooks'][number]['machine']>, 'blockSizeBytes'>;

function mutable(about: NonNullable<PlayedRunbook['ready']>['about']): MachineJson {
  const { kernel, arch, memory, cmdline, qemu, capture, assumed } = about;
  return {
    kernel,
    arch,
    ...(memory === undefined ? {} : { memory }),
    cmdline,
    ...(qemu === undefined ? {} : { qemu: [...qemu] }),
    ...(capture === undefined ? {} : { capture }),
    ...(assumed === undefined ? {} : { assumed: [...assumed] }),
  };
}

type CommandJson = RunDocument['runbooks'][number]['commands'][number];

function commandJson(run: CommandRun, tryNext: readonly string[], instead: NearestAnswer | undefined, why: boolean): CommandJson {
  const { command, verdict, unexpected, exit, decidedBy } = run;
  return {
    line: command.line,
    prompt: command.prompt,
    command: command.text,
    verdict,
    unexpected,
    exit,
    output: [...run.output],
    log: run.log.map(({ level, text }) => ({ level, text })),
    depends: [...run.depends],
    differences: run.differences.map(({ what, expected, actual, at }) => ({
      what,
      expected: [...expected],
      actual: [...actual],
      ...(at === undefined ? {} : { at }),
    })),
    ...(decidedBy === undefined
      ? {}
      : {
          decidedBy: checkRecord(decidedBy),
          why: whyOf(run).sentence,
        }),
    ...(why ? whyJson(run) : {}),
    tryNext: [...tryNext],
    instead: (instead?.suggestions ?? []).map(suggestionJson),
    ...(instead?.cutShort === true ? { insteadCutShort: true } : {}),
  };
}

function whyJson(run: CommandRun): Pick<CommandJson, 'steps' | 'stepsDropped'> {
  const { steps, failed, dropped } = whyOf(run);
  return {
    steps: steps.map((step, index) => ({
      ...checkRecord(step),
      passed: step.passed,
      ...(index === failed ? { decided: true } : {}),
    })),
    ...(dropped > 0 ? { stepsDropped: dropped } : {}),
  };
}

function suggestionJson(one: Suggestion): CommandJson['instead'][number] {
  const { direction, what, from, to, lines, boot, step, nearer, costs, depends } = one;
  return {
    direction,
    what,
    from,
    to,
    lines: lines.map(promptedText),
    ...(boot === undefined
      ? {}
      : {
          boot: {
            ...(boot.memory === undefined ? {} : { memory: boot.memory }),
            ...(boot.cmdline === undefined ? {} : { cmdline: boot.cmdline }),
          },
        }),
    ...(step === undefined ? {} : { step }),
    ...(nearer === undefined ? {} : { nearer: nearer.map(promptedText) }),
    costs: [...costs],
    depends: [...depends],
  };
}
