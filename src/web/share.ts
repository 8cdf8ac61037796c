/** The page's state as a link, and back. */

import { fragmentOf, isScenarioFragment, scenarioOfFragment } from './scenario/share-link.ts';
import type { Source } from './scenario/source.ts';
import { complain, show } from './actions.ts';
import { sightOf } from './sight.ts';
import * as store from './store.ts';

/** A link to what the page shows now. @throws LinkError when it does not fit. */
export async function shareLink(): Promise<string> {
  const from = store.source.value;
  const deck = store.first.value;
  if (from === undefined || deck === undefined) throw new Error('there is nothing to share yet');
  // All steps are in it, those behind the present one too; a recording stays one as long as nothing was typed.
  deck.session.goTo(Infinity);
  const text = deck.session.toRunbook();
  deck.session.goTo(store.position.value);
  const source: Source = from.kind === 'recording' ? { ...from, kind: 'runbook', text } : { ...from, text };
  const fragment = await fragmentOf({
    source,
    kernel: store.kernelChoice.value,
    beside: store.decks.value[1]?.scenario.kernel,
    position: store.position.value,
    sight: sightOf(store.view.value),
    address: store.chosen.value,
  });
  return `${location.origin}${location.pathname}#${fragment}`;
}

/** Opens the scenario of the address bar, if there is one. */
export async function openFragment(): Promise<boolean> {
  if (!isScenarioFragment(location.hash)) return false;
  try {
    const shared = await scenarioOfFragment(location.hash);
    return await show(shared.source, shared);
  } catch (error) {
    complain(error);
    return false;
  }
}
