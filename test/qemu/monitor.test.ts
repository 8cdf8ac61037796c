/** The monitor against the real QEMU: every recorded line, its output to the letter. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { splitMemoryArgument, startQemu } from '../../src/drivers/qemu/args.ts';
import { monitorAnswer } from '../../src/tools/monitor.ts';
import { NotModelled } from '../../src/tools/tool.ts';
import { PLUG_SESSIONS } from './plug-sessions.ts';
import { SYNTAX_SESSIONS } from './syntax-sessions.ts';

interface Row {
  readonly session: string;
  readonly line: string;
  readonly output: string[];
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/monitor.json', import.meta.url), 'utf8')) as {
  rows: Row[];
};

/** Lines QEMU answers and memhp names as not modelled. */
const UNMODELLED = new Set([
  'object_add memory-backend-ram,id=k,size=128M,host-nodes=0,policy=bind',
  'info',
  'help info',
  'device_add pc-dimm,help',
  'device_add nvdimm,help',
  'object_add help',
  'object_add memory-backend-ram,help',
  'device_add q35-pcihost',
]);
/** Lines whose answer hangs on the host: memhp takes every path and all sizes to be there. */
const HOST = new Set(['object_add memory-backend-file,id=ff,size=128M,mem-path=/nonexistent/file']);

describe.each([...PLUG_SESSIONS, ...SYNTAX_SESSIONS])('$name', ({ name, args }) => {
  const { memory, rest } = splitMemoryArgument(args);
  let state = startQemu(memory, rest);
  const rows = recorded.rows.filter((row) => row.session === name);
  test('was recorded', () => expect(rows.length).toBeGreaterThan(0));
  for (const { line, output } of rows) {
    test(line, () => {
      if (UNMODELLED.has(line)) {
        expect(() => monitorAnswer(state, line)).toThrow(NotModelled);
        return;
      }
      if (HOST.has(line)) return;
      const answer = monitorAnswer(state, line);
      expect(answer.output).toEqual(output);
      state = answer.state;
    });
  }
});
