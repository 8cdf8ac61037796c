/** One machine on the page and its states: what the panes show of each, made when first asked for. */

import type { Machine } from '../../drivers/machine.ts';
import type { Session } from '../../runbook/session.ts';
import { nextSteps } from '../../runbook/next-step.ts';
import type { SessionStep } from '../../runbook/session-step.ts';
import { GlyphBook } from '../../view/owner.ts';
import { pictureOfKernel } from '../../view/picture-of-kernel.ts';
import type { Picture } from '../../view/picture.ts';
import { factsOf, placeOf, type Fact, type FramePlace } from '../map/frame-facts.ts';
import type { Lane } from '../map/lane.ts';
import { changesOfAll, differencesOf, lanesOf, type Change } from '../map/machine-lanes.ts';
import type { OpenScenario } from './open-scenario.ts';

/** What the map shows of one state. */
export interface DeckState {
  readonly picture: Picture;
  readonly lanes: readonly Lane[];
  /** What differs from the state before. */
  readonly changes: readonly Change[];
}

/** States kept; older ones are made again when asked for. */
const MOST_KEPT = 48;

export class Deck {
  readonly scenario: OpenScenario;
  readonly session: Session;
  /** Own position after each line typed at both machines; undefined for the machine that leads. */
  readonly #follows: number[] | undefined;
  readonly #pictures = new Map<SessionStep | undefined, Picture>();
  readonly #lanes = new Map<SessionStep | undefined, readonly Lane[]>();
  readonly #states = new Map<SessionStep | undefined, DeckState>();
  #compared: { readonly one: readonly Lane[]; readonly other: readonly Lane[]; readonly found: readonly Change[] } | undefined;
  #book: GlyphBook | undefined;

  /** `follows` lists, for a machine beside another, where it stood after each of the other's steps. */
  constructor(scenario: OpenScenario, follows?: number[]) {
    this.scenario = scenario;
    this.session = scenario.session;
    this.#follows = follows;
  }

  /** Own position for a step of the machine that leads: a line not modelled here makes no step. */
  positionOf(step: number): number {
    if (this.#follows === undefined) return step;
    return step === 0 ? 0 : (this.#follows[step - 1] ?? this.session.steps.length);
  }

  /** Types a line at the end of the history up to `position`; says where it stands then. */
  type(line: string, position: number): SessionStep {
    this.session.goTo(this.positionOf(position));
    const step = this.session.type(line);
    if (this.#follows !== undefined) this.#follows.splice(position, Infinity, this.session.position);
    return step;
  }

  get machine(): Machine {
    return this.session.machine;
  }

  /** The letters of owners, the same in every state and in every deck given. */
  useBook(book: GlyphBook): void {
    if (this.#book === book) return;
    this.#book = book;
    this.#lanes.clear();
    this.#states.clear();
  }

  picture(position: number): Picture {
    return kept(this.#pictures, this.#key(position), () =>
      this.session.at(position, (machine) => pictureOfKernel(machine.kernel)),
    );
  }

  state(position: number): DeckState {
    return kept(this.#states, this.#key(position), () => {
      const lanes = this.#lanesAt(position);
      const changes = position === 0 ? [] : changesOfAll(this.#lanesAt(position - 1), lanes);
      return { picture: this.picture(position), lanes, changes };
    });
  }

  /** Where this machine differs from another one's state; the last answer is kept, as every frame asks. */
  differences(position: number, other: readonly Lane[]): readonly Change[] {
    const one = this.#lanesAt(position);
    if (this.#compared?.one !== one || this.#compared.other !== other) {
      this.#compared = { one, other, found: differencesOf(other, one) };
    }
    return this.#compared.found;
  }

  facts(position: number, address: number): { place: FramePlace; facts: Fact[] } {
    const owner = this.#lanesAt(position)[0]!;
    const run = owner.runAt(address);
    const value = owner.values[run?.code ?? 0]!;
    const said = run?.name === undefined || value.label.includes(run.name) ? value.label : `${run.name} (${value.label})`;
    return this.session.at(position, (machine) => ({
      place: placeOf(machine.kernel, address),
      facts: factsOf(machine.kernel, address, said),
    }));
  }

  /** What to try after a refused step. */
  nextSteps(step: SessionStep): string[] {
    return this.session.at(step.number, (machine) => nextSteps(step.run, machine));
  }

  #lanesAt(position: number): readonly Lane[] {
    const book = (this.#book ??= new GlyphBook([this.picture(position)]));
    const picture = this.picture(position);
    return kept(this.#lanes, this.#key(position), () =>
      this.session.at(position, (machine) => lanesOf(machine.kernel, picture, book)),
    );
  }

  // A step stands for the state behind it; undefined for the machine as it began.
  #key(position: number): SessionStep | undefined {
    return this.session.steps[position - 1];
  }
}

function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    if (map.size >= MOST_KEPT) map.delete(map.keys().next().value as K);
    map.set(key, value);
  }
  return value;
}
