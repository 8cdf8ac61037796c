/** The top line: which machine, which kernel, which beside it, and what to take away. */

import { profileNames } from '../../kernel/profile/profile.ts';
import { chooseKernel, compareWith } from '../actions.ts';
import { savePng, saveRunbook, saveSvg } from '../save.ts';
import * as store from '../store.ts';

const NEXT_THEME = { auto: 'dark', dark: 'light', light: 'auto' } as const;

export function Toolbar() {
  const deck = store.first.value;
  const kernels = profileNames();
  const beside = store.decks.value[1]?.scenario.kernel;
  return (
    <header class="toolbar">
      <h1>
        <span aria-hidden="true" class="mark" /> memhp
      </h1>
      <button type="button" class="machine" onClick={() => (store.dialog.value = 'machine')} title="choose a machine (m)">
        {deck?.scenario.title ?? 'Choose a machine'}
      </button>
      <label>
        kernel
        <select value={deck?.scenario.kernel ?? ''} onChange={(event) => void chooseKernel(event.currentTarget.value)}>
          {kernels.map((name) => (
            <option key={name} value={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        beside
        <select value={beside ?? ''} onChange={(event) => void compareWith(event.currentTarget.value || undefined)}>
          <option value="">none</option>
          {kernels.map((name) => (
            <option key={name} value={name}>{name}</option>
          ))}
        </select>
      </label>
      <span class="space" />
      <span class="group" role="group" aria-label="Save">
        <button type="button" onClick={saveRunbook} title="save as a runbook">runbook</button>
        <button type="button" onClick={saveSvg} title="save the map as SVG">SVG</button>
        <button type="button" onClick={savePng} title="save what the map shows as PNG">PNG</button>
      </span>
      <button type="button" onClick={() => (store.dialog.value = 'share')} title="a link that carries all of this (s)">link</button>
      <button type="button" onClick={() => (store.theme.value = NEXT_THEME[store.theme.value])} aria-label={`Theme: ${store.theme.value}`} title="dark, light, or as the system">
        {store.theme.value === 'auto' ? '◐' : store.theme.value === 'dark' ? '●' : '○'}
      </button>
      <button type="button" onClick={() => (store.dialog.value = 'help')} aria-label="Help" title="keys and help (?)">?</button>
    </header>
  );
}
