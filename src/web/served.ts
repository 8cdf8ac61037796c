/** The machine that `memhp serve MACHINE` hands out beside the page. */

import { complain, show } from './actions.ts';
import { sourceOfFiles } from './scenario/open-files.ts';

/** What is handed out: files, as if they had been dropped. */
interface ServedMachine {
  readonly files: readonly { readonly name: string; readonly base64: string }[];
}

/** Opens it, where the address asks for it (`?machine`); false when there is none. */
export async function openServed(): Promise<boolean> {
  if (location.search !== '?machine') return false;
  try {
    const answer = await fetch('./machine.json');
    if (!answer.ok) throw new Error('there is no machine beside the page: name one after `memhp serve`');
    const served = (await answer.json()) as ServedMachine;
    const files = served.files.map(({ name, base64 }) => ({
      name,
      bytes: Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)),
    }));
    return await show(await sourceOfFiles(files));
  } catch (error) {
    complain(error);
    return false;
  }
}
