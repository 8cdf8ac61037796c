/** The machine that `memhp serve MACHINE` hands out beside the page. */

import { complain, show } from './actions.ts';
import type { Source } from './scenario/source.ts';

/** What is handed out: a text, and files as base64. */
interface ServedMachine {
  readonly schema: 'memhp/serve/1';
  readonly name: string;
  readonly kind: Source['kind'];
  readonly text: string;
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

/** Opens it, where the address asks for it (`?machine`); false when there is none. */
export async function openServed(): Promise<boolean> {
  if (location.search !== '?machine') return false;
  try {
    const answer = await fetch('./machine.json');
    if (!answer.ok) throw new Error('memhp serve hands out no machine: start it with one');
    const served = (await answer.json()) as ServedMachine;
    const files = served.files.map(({ name, base64 }) => ({
      name,
      bytes: Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)),
    }));
    return await show({ kind: served.kind, name: served.name, text: served.text, files });
  } catch (error) {
    complain(error);
    return false;
  }
}
