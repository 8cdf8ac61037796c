/** What stands beside the map: one of four views of the same place and step. */

import * as store from '../store.ts';
import type { Tab } from '../store.ts';
import { AccountPane } from './account-pane.tsx';
import { FramePane } from './frame-pane.tsx';
import { LogPane } from './log-pane.tsx';
import { WhyPane } from './why-pane.tsx';

const TABS: readonly (readonly [Tab, string, () => preact.JSX.Element])[] = [
  ['frame', 'Frame', FramePane],
  ['why', 'Why', WhyPane],
  ['account', 'Account', AccountPane],
  ['log', 'Kernel log', LogPane],
];

export function SidePane() {
  const { value } = store.tab;
  const Pane = TABS.find(([id]) => id === value)![2];
  return (
    <aside class="side" aria-label="Details">
      <div role="tablist" aria-label="Details" onKeyDown={onKey}>
        {TABS.map(([id, title]) => (
          <button
            type="button"
            role="tab"
            key={id}
            id={`tab-${id}`}
            aria-selected={id === value}
            aria-controls="side"
            tabIndex={id === value ? 0 : -1}
            onClick={() => (store.tab.value = id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="side" role="tabpanel" aria-labelledby={`tab-${value}`} tabIndex={0}>
        <Pane />
      </div>
    </aside>
  );
}

function onKey(event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  const at = TABS.findIndex(([id]) => id === store.tab.value);
  const next = TABS[(at + by + TABS.length) % TABS.length]![0];
  store.tab.value = next;
  queueMicrotask(() => document.getElementById(`tab-${next}`)?.focus());
}
