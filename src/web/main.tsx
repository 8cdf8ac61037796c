/** The page's entry. */

import { render } from 'preact';
import { EXAMPLES } from '../runbook/examples.ts';
import { show } from './actions.ts';
import { App } from './app.tsx';
import { listenForDrops } from './drop.ts';
import { listenForKeys } from './keys.ts';
import { runbookSource } from './scenario/source.ts';
import { openServed } from './served.ts';
import { openFragment } from './share.ts';
import { trouble } from './store.ts';
import { followTheme } from './theme.ts';

followTheme();
listenForKeys();
listenForDrops();
addEventListener('hashchange', () => void openFragment());
render(<App />, document.getElementById('page')!);
// A link's scenario first, then the machine that `memhp serve` was given, then the thread's own case.
if (!(await openFragment()) && !(await openServed())) {
  const said = trouble.value;
  await show(runbookSource('thread', EXAMPLES.thread!));
  // Why the link or the machine could not be opened stays to be read.
  if (said.length > 0) trouble.value = said;
}
