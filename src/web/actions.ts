/** What the page can do: open machines, type, step, look. Panes and keys call these and nothing else changes state. */

import { batch } from '@preact/signals';
import { renderDiagnostics } from '../runbook/render-diagnostics.ts';
import { ModelFault } from '../runbook/model-fault.ts';
import type { SessionStep } from '../runbook/session-step.ts';
import { GlyphBook } from '../view/owner.ts';
import { printable } from '../runbook/printable.ts';
import { CaptureError, errorLines } from '../capture/capture-error.ts';
import { Deck } from './scenario/deck.ts';
import { isOpen, openScenario, type Opened, type OpenScenario } from './scenario/open-scenario.ts';
import type { SharedScenario } from './scenario/share-link.ts';
import type { Source } from './scenario/source.ts';
import type { TypedLine } from '../advise/nearest/suggestion.ts';
import { promptText } from '../runbook/typed-command.ts';
import { animateTo, sightOf, viewOf } from './sight.ts';
import * as store from './store.ts';

/** Opens a source in place of what is shown. Says why when it cannot, and leaves the page as it is then. */
export async function show(source: Source, shared?: SharedScenario): Promise<boolean> {
  const kernel = shared?.kernel;
  const opened = await openAny(source, kernel);
  if (!isOpen(opened)) {
    store.trouble.value = renderDiagnostics(opened.diagnostics, { width: 100 });
    return false;
  }
  const deck = new Deck(opened);
  const steps = opened.session.steps.length;
  batch(() => {
    store.source.value = source;
    store.kernelChoice.value = kernel;
    store.decks.value = [deck];
    store.revision.value++;
    store.position.value = Math.min(shared?.position ?? steps, steps);
    store.trouble.value = renderDiagnostics(opened.diagnostics, { width: 100 });
    store.chosen.value = shared?.address;
    store.dialog.value = undefined;
  });
  if (shared?.beside !== undefined) await compareWith(shared.beside);
  shareLetters();
  store.view.value = shared?.sight === undefined ? viewOf(...firstSight(deck)) : viewOf(...shared.sight, 0);
  store.spoken.value = `${opened.title}: Linux ${opened.kernel}, ${steps} commands played.`;
  return true;
}

/** At first, what the last command changed, with its surroundings; else all memory. */
function firstSight(deck: Deck): [number, number] {
  const { picture } = deck.state(deck.session.steps.length);
  const last = picture.sections[picture.sections.length - 1];
  const end = last === undefined ? 2 ** 30 : (last.last + 1) * picture.sectionSizeBytes;
  const start = (picture.sections[0]?.first ?? 0) * picture.sectionSizeBytes;
  return [start, end];
}

async function openAny(source: Source, kernel: string | undefined, machineOnly = false): Promise<Opened> {
  if (source.kind !== 'recording') return openScenario(source, kernel, machineOnly);
  // Recordings need a reader that others do not: it is loaded with the first of them.
  const { openRecording } = await import('./scenario/open-recording.ts');
  return openRecording(source, kernel, machineOnly);
}

/** Boots the same machine on another kernel and types the same lines there. */
async function again(kernel: string): Promise<{ scenario: OpenScenario; follows: number[] } | undefined> {
  const source = store.source.value;
  if (source === undefined) return undefined;
  const opened = await openAny(source, kernel, true);
  if (!isOpen(opened)) {
    store.trouble.value = renderDiagnostics(opened.diagnostics, { width: 100 });
    return undefined;
  }
  const follows: number[] = [];
  for (const step of store.steps.value) {
    for (const comment of step.run.command.comments) opened.session.comment(comment);
    opened.session.type(lineOf(step));
    follows.push(opened.session.position);
  }
  return { scenario: opened, follows };
}

/** A step as it was typed. */
export function lineOf({ run }: SessionStep): string {
  return `${promptText(run.command.prompt)} ${run.command.text}`;
}

/** Plays everything on another kernel. */
export async function chooseKernel(kernel: string): Promise<void> {
  const other = await again(kernel);
  if (other === undefined) return;
  const place = store.position.value;
  const beside = store.decks.value[1];
  batch(() => {
    store.decks.value = [new Deck(other.scenario)];
    store.kernelChoice.value = kernel;
    store.revision.value++;
    store.position.value = Math.min(place, other.scenario.session.steps.length);
  });
  if (beside !== undefined) await compareWith(beside.scenario.kernel);
  shareLetters();
  store.spoken.value = `Played again on Linux ${kernel}.`;
}

/** Puts a second kernel beside the first; undefined takes it away. */
export async function compareWith(kernel: string | undefined): Promise<void> {
  const [first] = store.decks.value;
  if (first === undefined) return;
  const other = kernel === undefined ? undefined : await again(kernel);
  store.decks.value = other === undefined ? [first] : [first, new Deck(other.scenario, other.follows)];
  shareLetters();
}

/** The same letters and colours for the same owners in all states and on both kernels. */
function shareLetters(): void {
  const decks = store.decks.value;
  const pictures = decks.flatMap((deck) => {
    const { length } = deck.session.steps;
    const from = Math.max(0, length - 40);
    return Array.from({ length: length - from + 1 }, (_, index) => deck.picture(from + index));
  });
  const book = new GlyphBook(pictures);
  for (const deck of decks) deck.useBook(book);
  store.revision.value++;
}

/** Types a line where the page stands; what followed in the history is replaced. Returns lines to show of a complaint. */
export function type(line: string): readonly string[] {
  const [first, beside] = store.decks.value;
  if (first === undefined || line.trim() === '') return [];
  try {
    const step = first.type(line, store.position.value);
    if (step.number === 0) return renderDiagnostics(step.diagnostics, { width: 90 });
    beside?.type(line, store.position.value);
    batch(() => {
      store.revision.value++;
      store.position.value = step.number;
    });
    shareLetters();
    lookAtChange();
    const { verdict, exit } = step.run;
    store.spoken.value = `${step.run.command.text}: ${verdict}, exit status ${exit}. ${step.run.output.slice(0, 3).join(' ')}`;
    return [];
  } catch (error) {
    if (!(error instanceof ModelFault)) throw error;
    return [`this is a bug of memhp's: ${printable(error.message)}`, 'please report it with the runbook (export it)'];
  }
}

/** Takes a step back and types other lines in its place. */
export function tryInstead(step: number, lines: readonly TypedLine[]): void {
  goTo(step - 1);
  for (const { prompt, text } of lines) type(`${promptText(prompt)} ${text}`);
}

/** Goes to a step; 0 is the machine as it began. */
export function goTo(step: number): void {
  const wanted = Math.max(0, Math.min(store.steps.value.length, step));
  if (wanted === store.position.value) return;
  store.position.value = wanted;
  const { value } = store.current;
  store.spoken.value = value === undefined ? 'The machine as it began.' : `Step ${wanted}: ${lineOf(value)}, ${value.run.verdict}.`;
}

/** Moves the sight to what the step changed, when none of it can be seen. */
export function lookAtChange(index?: number): void {
  const deck = store.first.value;
  if (deck === undefined) return;
  const { changes } = deck.state(store.position.value);
  const [start, end] = sightOf(store.view.value);
  const wanted = index === undefined ? changes.find((one) => one.end > start && one.start < end) ?? changes[0] : changes[index];
  if (wanted === undefined) return;
  const isSeen = wanted.end > start && wanted.start < end;
  if (!isSeen || index !== undefined) {
    const margin = Math.max(wanted.end - wanted.start, 2 ** 27);
    animateTo(viewOf(Math.max(0, wanted.start - margin), wanted.end + margin, 0));
  }
}

/** Tells what is wrong with files or a link. */
export function complain(error: unknown): void {
  store.trouble.value = error instanceof CaptureError ? errorLines(error) : [(error as Error).message];
}
