/** What the page shows, as signals; every pane reads from here and calls the actions beside it. */

import { computed, signal } from '@preact/signals';
import type { Viewport } from './map/viewport.ts';
import type { Space } from './map/viewport.ts';
import type { Deck } from './scenario/deck.ts';
import type { Source } from './scenario/source.ts';

export type Dialog = 'machine' | 'help' | 'share' | undefined;
export type Tab = 'frame' | 'why' | 'account' | 'log';

/** The machine's source, and the kernel chosen in place of its own. */
export const source = signal<Source | undefined>(undefined);
export const kernelChoice = signal<string | undefined>(undefined);
/** One machine, or two on two kernels; empty until one has booted. */
export const decks = signal<readonly Deck[]>([]);
/** Steps done, by the first machine's count. */
export const position = signal(0);
/** Counts what was typed: sessions change in place. */
export const revision = signal(0);

/** Addresses in sight, in device pixels. */
export const view = signal<Viewport>({ start: 0, perPixel: 1, width: 1 });
export const hidden = signal<ReadonlySet<string>>(new Set());
/** Address under the pointer, and the one chosen. */
export const hovered = signal<number | undefined>(undefined);
export const chosen = signal<number | undefined>(undefined);

export const tab = signal<Tab>('why');
export const asTable = signal(false);
export const dialog = signal<Dialog>(undefined);
export const theme = signal<'auto' | 'dark' | 'light'>('auto');
/** Lines to show about what could not be opened or typed. */
export const trouble = signal<readonly string[]>([]);
/** What was just done, for those who listen instead of look. */
export const spoken = signal('');

export const first = computed(() => decks.value[0]);

/** Positions of both decks for the step the page stands at. */
export const places = computed(() => {
  void revision.value;
  return decks.value.map((deck) => deck.positionOf(position.value));
});

export const space = computed<Space>(() => {
  const arch = first.value?.machine.kernel.profile.arch;
  return { endBytes: 2 ** (arch?.maxPhysmemBits ?? 46), pageSize: arch?.pageSize ?? 4096 };
});

/** Steps of the first machine. */
export const steps = computed(() => {
  void revision.value;
  return [...(first.value?.session.steps ?? [])];
});

/** The step that led to where the page stands. */
export const current = computed(() => steps.value[position.value - 1]);
