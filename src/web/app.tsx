/** The page: toolbar, map, timeline, console, details. */

import * as store from './store.ts';
import { Dialogs } from './panes/dialogs.tsx';
import { IslandsBar } from './panes/islands-bar.tsx';
import { LaneChips } from './panes/lane-chips.tsx';
import { MapPane } from './panes/map-pane.tsx';
import { SidePane } from './panes/side-pane.tsx';
import { Terminal } from './panes/terminal.tsx';
import { Timeline } from './panes/timeline.tsx';
import { Toolbar } from './panes/toolbar.tsx';

export function App() {
  return (
    <>
      <Toolbar />
      <Trouble />
      {store.first.value === undefined ? null : (
        <main>
          <div class="instrument">
            <IslandsBar />
            <MapPane />
            <LaneChips />
          </div>
          <Timeline />
          <Terminal />
          <SidePane />
        </main>
      )}
      <Dialogs />
      <p class="unseen" role="status" aria-live="polite">
        {store.spoken.value}
      </p>
    </>
  );
}

function Trouble() {
  const lines = store.trouble.value;
  if (lines.length === 0) return null;
  return (
    <div class="trouble" role="alert">
      <pre>{lines.join('\n').trimEnd()}</pre>
      <button type="button" onClick={() => (store.trouble.value = [])} aria-label="Dismiss">✕</button>
    </div>
  );
}
