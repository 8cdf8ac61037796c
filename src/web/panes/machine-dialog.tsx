/** Choosing a machine: an example, a description, or files of one's own. */

import { useState } from 'preact/hooks';
import { EXAMPLES } from '../../runbook/examples.ts';
import { parseRunbook } from '../../runbook/parse.ts';
import { show } from '../actions.ts';
import { openGiven } from '../drop.ts';
import { runbookSource } from '../scenario/source.ts';

const BLANK = ['---', 'kernel: "6.12"', 'memory: 4G,slots=8,maxmem=32G', 'cmdline: memmap=512M!1030M', '---', ''].join('\n');
/** A machine as large as four-level paging allows. */
const LARGE = ['---', 'title: 60 TiB of RAM', 'kernel: "6.12"', 'memory: 60T', 'qemu:', '  - -cpu max,phys-bits=46', '---', ''].join('\n');

const CARDS = Object.entries(EXAMPLES).map(([name, text]) => {
  const { header } = parseRunbook(text, name, { headerOnly: true }).book;
  return { name, text, title: header.title?.value ?? name, kernel: header.kernel?.value ?? '', about: header.description?.value ?? '' };
});
// The thread's own case first.
CARDS.sort((a, b) => Number(b.name === 'thread') - Number(a.name === 'thread'));

export function MachineDialog() {
  const [text, setText] = useState(BLANK);
  return (
    <div class="machines">
      <section>
        <h3>A file of yours</h3>
        <p>A copy of <code>/proc/iomem</code>, a tar with <code>/sys</code> and <code>/proc</code> in it, a boot log, a recording, a runbook. It stays in this page.</p>
        <label class="file">
          choose files …
          <input type="file" multiple onChange={(event) => void openGiven([...(event.currentTarget.files ?? [])])} />
        </label>
        <p class="hint">or drop them anywhere on the page</p>
        <h3>A machine in words</h3>
        <textarea rows={7} value={text} onInput={(event) => setText(event.currentTarget.value)} aria-label="Front matter of a runbook" spellcheck={false} />
        <p class="row">
          <button type="button" class="primary" onClick={() => void show(runbookSource('a machine of mine', text))}>boot it</button>
          <button type="button" onClick={() => void show(runbookSource('60 TiB of RAM', LARGE))}>60 TiB of RAM</button>
        </p>
      </section>
      <section>
        <h3>Examples</h3>
        <ul class="cards">
          {CARDS.map((card) => (
            <li key={card.name}>
              <button type="button" onClick={() => void show(runbookSource(card.name, card.text))}>
                <b>{card.title}</b>
                <small>{card.name} · Linux {card.kernel}</small>
                <span>{card.about}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
