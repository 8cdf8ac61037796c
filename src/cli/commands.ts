/** The sub-commands: named here, loaded when asked for, so that `memhp --help` starts at once. */

import type { Command } from 'commander';

export interface SubCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Adds the command, with its options and action, to the program. */
  readonly register: () => Promise<(program: Command) => void>;
}

/** Commands by what people come for. */
export const COMMAND_GROUPS: readonly { readonly heading: string; readonly commands: readonly SubCommand[] }[] = [
  {
    heading: 'Try it:',
    commands: [
      {
        name: 'run',
        summary: 'play runbooks, or single commands on a machine',
        register: async () => (await import('./run.ts')).registerRun,
      },
      {
        name: 'shell',
        summary: 'a pretend machine at a prompt',
        register: async () => (await import('./shell.ts')).registerShell,
      },
      {
        name: 'demo',
        summary: 'play the embedded runbook',
        register: async () => (await import('./demo.ts')).registerDemo,
      },
      {
        name: 'compare',
        summary: 'one runbook on several kernels, policies or machines',
        register: async () => (await import('./compare.ts')).registerCompare,
      },
    ],
  },
  {
    heading: 'Ask why, and what would work:',
    commands: [
      {
        name: 'explain',
        summary: 'what a kernel log or an error of ndctl or daxctl means',
        register: async () => (await import('./explain.ts')).registerExplain,
      },
      {
        name: 'plan',
        summary: 'a layout that works, with the least loss',
        register: async () => (await import('./plan.ts')).registerPlan,
      },
      {
        name: 'constants',
        summary: 'section, block and alignment minimums by machine and kernel',
        register: async () => (await import('./constants.ts')).registerConstants,
      },
    ],
  },
  {
    heading: 'Real machines:',
    commands: [
      {
        name: 'inspect',
        summary: 'read one: this host, files, archives',
        register: async () => (await import('./inspect.ts')).registerInspect,
      },
      {
        name: 'audit',
        summary: 'what memory is lost, where, to what, and what would change it',
        register: async () => (await import('./audit.ts')).registerAudit,
      },
      {
        name: 'drift',
        summary: 'what survives when ranges move between two boots',
        register: async () => (await import('./drift.ts')).registerDrift,
      },
      {
        name: 'export',
        summary: "write a machine's /proc and /sys as files",
        register: async () => (await import('./export.ts')).registerExport,
      },
    ],
  },
  {
    heading: 'Real kernels:',
    commands: [
      {
        name: 'verify',
        summary: 'play runbooks on the model and on real kernels, and compare',
        register: async () => (await import('./verify.ts')).registerVerify,
      },
      {
        name: 'replay',
        summary: 'play recordings of real kernels and compare',
        register: async () => (await import('./replay.ts')).registerReplay,
      },
      {
        name: 'record',
        summary: 'play a runbook on a real kernel and write what it did',
        register: async () => (await import('./record.ts')).registerRecord,
      },
      {
        name: 'fuzz',
        summary: 'play random runbooks on the model and on real kernels',
        register: async () => (await import('./fuzz.ts')).registerFuzz,
      },
      {
        name: 'worker',
        summary: 'play random runbooks that a campaign put on a queue',
        register: async () => (await import('./worker.ts')).registerWorker,
      },
      {
        name: 'kernels',
        summary: 'list, fetch or register real kernels',
        register: async () => (await import('./kernels.ts')).registerKernels,
      },
    ],
  },
  {
    heading: 'See it:',
    commands: [
      {
        name: 'serve',
        summary: 'the map, a console and a timeline in the browser',
        register: async () => (await import('./serve.ts')).registerServe,
      },
    ],
  },
  {
    heading: 'Look up:',
    commands: [
      {
        name: 'profiles',
        summary: 'list the kernels memhp knows',
        register: async () => (await import('./profiles.ts')).registerProfiles,
      },
      {
        name: 'codes',
        summary: 'list the codes of diagnostics',
        register: async () => (await import('./codes.ts')).registerCodes,
      },
      {
        name: 'schema',
        summary: 'print the JSON Schema of what --json prints',
        register: async () => (await import('./schema.ts')).registerSchema,
      },
    ],
  },
];
