/** Keys and what the map's signs mean. */

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'to the command line; Escape leaves it'],
  [', and .', 'step back and forward through the commands; < and > to either end'],
  ['c', 'show what the command changed'],
  ['w', 'the whole address space'],
  ['f', 'all memory'],
  ['1, 2, 3', 'the section, the sub-section, the page that is chosen'],
  ['g', 'to the map; then the keys below'],
  ['← →', 'move; with Shift to the next sub-section, with Alt to the next page'],
  ['↑ ↓ or + −', 'zoom; Page Up and Page Down move by a whole sight'],
  ['Enter', 'choose the middle'],
  ['t', 'the map as a table'],
  ['i, y, a, l', 'frame, why, account, kernel log'],
  ['m, s, ?', 'choose a machine, share a link, this page'],
];

export function HelpDialog() {
  return (
    <>
      <p>
        A model of the kernel's memory core runs in this page: nothing you type or drop leaves it. Type commands as on the machine, lines that
        begin with <code>(qemu)</code> at its monitor; Tab completes. Each command becomes a step of the timeline.
      </p>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <h3>Reading the map</h3>
      <p>
        Each lane says one thing about the same addresses. Where a column of pixels holds more than one value they are stacked, each with its share of the
        height. Striped is what is there but not in use: offline, idle, without a mapping. The bar on top and the lines below it mark what the
        last command changed. Section flags: <b>P</b>resent, <b>M</b>emmap, <b>O</b>nline, <b>E</b>arly, <b>D</b>evice taint.
      </p>
    </>
  );
}
