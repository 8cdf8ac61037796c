/**
 * Writes runbooks of random refusals, for `memhp verify`: a refused line, what is suggested in its place, and the same
 * one step nearer. Run with tsx: `npx tsx test/advise/write-triples.ts FOLDER SEED`.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { isAccepted } from '../../src/advise/nearest/ask.ts';
import { searchNearest } from '../../src/advise/nearest/nearest.ts';
import { promptedText, type Suggestion, type TypedLine } from '../../src/advise/nearest/suggestion.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { Dice } from '../../src/realkernel/fuzz-dice.ts';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import { updateRunbook } from '../../src/runbook/update.ts';
import { machineOf, randomRequest, type, type KINDS } from './random-refusals.ts';

/** Families, kernels, and triples in one runbook: a DIMM has to be pulled again after each, which takes a guest long. */
const BOOKS = [
  ['virtioMem', '6.12', 8], ['virtioMem', '6.1', 8], ['namespaceSize', '6.12', 7], ['namespaceSize', '6.1', 7],
  ['chmemSize', '6.12', 6], ['chmemSize', '6.1', 6], ['block', '6.12', 3], ['dimmSize', '6.12', 3],
  ['dimmSize', '6.1', 3], ['dimmAddress', '6.12', 3], ['dimmAddress', '6.1', 3],
] as const satisfies readonly (readonly [keyof typeof KINDS, string, number])[];

/** Types lines; whether all were accepted, and none is open. */
function typeAll(machine: Machine, lines: readonly TypedLine[]): boolean {
  return lines.map((line) => {
    const result = type(machine, line);
    return isAccepted(line, result) && result.depends.length === 0;
  }).every((accepted) => accepted);
}

/** A suggestion of a number, where the model is sure of it and of what is one step nearer. */
function surely(machine: Machine, suggestions: readonly Suggestion[], dice: Dice): Suggestion | undefined {
  const numbers = suggestions.filter(({ direction, depends, step }) => direction !== 'other' && depends.length === 0 && step !== undefined);
  const usable = numbers.filter(({ nearer, lines }) => {
    const before = machine.snapshot();
    const open = (nearer ?? []).some((line) => type(machine, line).depends.length > 0);
    machine.restore(before);
    const fails = !typeAll(machine, lines);
    machine.restore(before);
    return !open && !fails;
  });
  return usable.length === 0 ? undefined : dice.pick(usable);
}

/** One runbook: each refused line is typed where the one before left the machine, after its undoing. */
function book(kind: keyof typeof KINDS, kernel: string, wanted: number, seed: number): { text: string; triples: number } {
  const dice = new Dice(seed);
  const first = randomRequest(seed, kernel, kind);
  const machine = machineOf({ ...first, history: [] });
  const lines: string[] = [];
  const add = (typed: readonly TypedLine[]): boolean => {
    lines.push(...typed.map(promptedText));
    return typeAll(machine, typed);
  };
  const once = first.history.filter(({ prompt }) => prompt === 'shell');
  add(once);
  let triples = 0;
  const seen = new Set<string>();
  for (let n = 0; triples < wanted && n < 90; n++) {
    const request = randomRequest(seed + n * 7919, kernel, kind);
    const before = machine.snapshot();
    const made = request.history.filter(({ prompt }) => prompt === 'monitor');
    const key = [...made, request.line].map(promptedText).join('\n');
    if (JSON.stringify(request.description) !== JSON.stringify(first.description) || seen.has(key)) continue;
    seen.add(key);
    typeAll(machine, made);
    const { suggestions } = searchNearest(machine, request.line, { history: [...once, ...made], boots: false });
    const one = surely(machine, suggestions, dice);
    machine.restore(before);
    if (one === undefined) continue;
    triples++;
    const step = one.what === 'memory block' ? 'block' : `${(one.step as number) / 1024}K`;
    lines.push(`# ${one.what} ${one.from}: refused; ${one.to} is suggested; one ${step} nearer is refused, too`);
    add(made);
    add([request.line]);
    const undoRefused = kind.startsWith('dimm') ? request.undo : [];
    add(undoRefused);
    // What makes the memory anew begins by deleting it: it is gone already.
    const again = one.lines.filter(({ text }) => !text.startsWith('object_del'));
    add(kind === 'dimmAddress' ? [...made, ...again] : again);
    add(request.undo);
    if (one.nearer !== undefined) {
      const nearer = one.nearer.filter(({ text }) => !text.startsWith('object_del'));
      add(kind === 'dimmAddress' ? [...made, ...nearer] : nearer);
      add(undoRefused);
    }
  }
  const { description } = first;
  const head = [
    '---', `title: nearest legal requests, ${kind}, seed ${seed}`, `kernel: "${kernel}"`, `memory: ${description.memory}`,
    ...(description.cmdline === '' ? [] : [`cmdline: ${description.cmdline}`]),
    ...(description.qemu.length === 0 ? [] : ['qemu:', ...description.qemu.map((word) => `  - '${word}'`)]),
    '---', '',
  ];
  return { text: [...head, ...lines, ''].join('\n'), triples };
}

/** With the model's answers filled in. */
function filled(text: string): string {
  const { book: parsed } = parseRunbook(text, 'triples');
  const { machine, diagnostics } = buildFromHeader(parsed.source, parsed.header);
  if (machine === undefined) throw new Error(diagnostics[0]?.message);
  return updateRunbook(text, playRunbook(parsed, machine));
}

const [folder = 'test/advise/verified', seedText = '20190319'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
let total = 0;
for (const [index, [kind, kernel, wanted]] of BOOKS.entries()) {
  const made = book(kind, kernel, wanted, Number(seedText) + index * 104729);
  total += made.triples;
  const name = `${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${kernel}.runbook`;
  writeFileSync(`${folder}/${name}`, filled(made.text));
  console.log(`${name}: ${made.triples} triples`);
}
console.log(`${total} triples, seed ${seedText}`);
