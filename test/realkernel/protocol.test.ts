/** What goes over the wires between host and guest. */

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { GuestConsole } from '../../src/realkernel/console.ts';
import { readExactJson, writeExactJson } from '../../src/realkernel/exact-json.ts';
import { GuestError } from '../../src/realkernel/guest-error.ts';
import { Qmp } from '../../src/realkernel/qmp.ts';

const md5 = (text: string): string => createHash('md5').update(Buffer.from(text, 'latin1')).digest('hex');

/** A guest that collects what is sent and answers with `say`. */
function talk(answer: (line: string, say: (text: string) => void) => void): GuestConsole {
  const console: GuestConsole = new GuestConsole({
    write: (bytes) => {
      const line = Buffer.from(bytes).toString('utf8').trimEnd();
      queueMicrotask(() => answer(line, (text) => console.hear(text)));
    },
  });
  return console;
}

const more = (line: string, say: (text: string) => void): boolean => {
  if (line.startsWith('+')) say(`\n@@memhp more ${line.length - 1}@@\n`);
  return line.startsWith('+');
};

describe('the console', () => {
  test('finds the marks behind terminal codes and between kernel lines', async () => {
    const console = talk((line, say) => {
      if (more(line, say)) return;
      const mark = line.slice(1);
      say(`\x1bc\x1b[?7l[    1.5] noise\n@@memhp begin ${mark}@@\none\n`);
      say(`two\n\n@@memhp end ${mark} 3@@\n[    1.6] more noise\n`);
    });
    expect(await console.run('anything', 1000)).toEqual({ exit: 3, output: ['one', 'two'] });
  });

  test('keeps output without a newline at its end, and empty output', async () => {
    let said = 'no newline';
    const console = talk((line, say) => {
      if (!more(line, say)) say(`@@memhp begin ${line.slice(1)}@@\n${said}\n@@memhp end ${line.slice(1)} 0@@\n`);
    });
    expect((await console.run('printf', 1000)).output).toEqual(['no newline']);
    said = '';
    expect((await console.run('true', 1000)).output).toEqual([]);
  });

  test('sends a long command in pieces, and UTF-8 as it is', async () => {
    const pieces: string[] = [];
    const console = talk((line, say) => {
      if (line.startsWith('+')) pieces.push(line.slice(1));
      if (!more(line, say)) say(`@@memhp begin ${line.slice(1)}@@\n\n@@memhp end ${line.slice(1)} 0@@\n`);
    });
    const command = `echo ${'x'.repeat(2500)}`;
    await console.run(command, 1000);
    expect(pieces.length).toBe(3);
    expect(pieces.join('')).toBe(command);
  });

  test('asks again for what noise fell into', async () => {
    const asked: string[] = [];
    const console = talk((line, say) => {
      if (more(line, say)) return;
      asked.push(line[0]!);
      const mark = line.slice(1);
      const body = 'a long answer\nof two lines\n';
      const noisy = asked.length < 3 ? body.replace('of', 'o[    9.9] BUG: x\nf') : body;
      say(`\n@@memhp sent ${mark} 0 ${md5(body)}@@\n${noisy}\n@@memhp end ${mark} 0@@\n`);
    });
    expect((await console.fetch('state', 1000)).output).toEqual(['a long answer', 'of two lines']);
    expect(asked).toEqual(['?', '=', '=']);
  });

  test('gives up on a line that is always noisy', async () => {
    const console = talk((line, say) => {
      if (!more(line, say)) say(`@@memhp sent ${line.slice(1)} 0 ${md5('x')}@@\ny\n@@memhp end ${line.slice(1)} 0@@\n`);
    });
    await expect(console.fetch('state', 1000)).rejects.toThrow(/too noisy/);
  });

  test('waits no longer than it may, and says what it heard last', async () => {
    const console = talk((_, say) => say('[    3.0] Kernel panic - not syncing: oh\n'));
    const failure = await console.run('echo', 50).catch((error: unknown) => error as GuestError);
    expect(failure).toBeInstanceOf(GuestError);
    expect((failure as GuestError).heard).toEqual(['[    3.0] Kernel panic - not syncing: oh']);
  });

  test('knows when nobody is there any more', async () => {
    const console = talk(() => console.hangUp('QEMU has ended'));
    await expect(console.run('echo', 10_000)).rejects.toThrow('QEMU has ended');
    await expect(console.run('echo', 10_000)).rejects.toThrow('QEMU has ended');
  });

  test('takes one line only', async () => {
    await expect(talk(() => {}).run('a\nb', 1000)).rejects.toThrow('one line');
  });
});

describe('exact JSON', () => {
  test.each([
    ['0', 0],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['{"a":[1,123456789012345678901],"b":"9007199254740993 \\" 1"}', { a: [1, 123456789012345678901n], b: '9007199254740993 " 1' }],
    ['1e400', Infinity],
    ['2.5', 2.5],
  ])('%s', (text, value) => expect(readExactJson(text)).toEqual(value));

  test('written and read again', () => {
    const value = { val: -(2n ** 47n) - 1n, size: 4096, names: ['a"b', null, true], nothing: undefined };
    expect(writeExactJson(value)).toBe('{"val":-140737488355329,"size":4096,"names":["a\\"b",null,true]}');
    expect(readExactJson(writeExactJson({ big: 2n ** 63n }))).toEqual({ big: 2n ** 63n });
  });
  test('broken text', () => expect(() => readExactJson('{"a":')).toThrow(SyntaxError));
});

describe('QMP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memhp-qmp-'));
  const servers: Server[] = [];
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(answer: (message: { execute: string; id: number }) => string | undefined): Promise<string> {
    const path = join(folder, `qmp-${servers.length}`);
    const server = createServer((socket) => {
      socket.write('{"QMP": {"version": {}, "capabilities": ["oob"]}}\n');
      socket.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n').filter((each) => each !== '')) {
          const message = JSON.parse(line) as { execute: string; id: number };
          const said = message.execute === 'qmp_capabilities' ? `{"return": {}, "id": ${message.id}}` : answer(message);
          if (said === 'hang up') socket.destroy();
          else if (said !== undefined) for (const piece of `${said}\n`.match(/.{1,9}|\n/g)!) socket.write(piece);
        }
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  test('answers find their questions among events, in pieces', async () => {
    const path = await serve(({ id }) => `{"event": "RESET"}\n{"return": "a\\r\\nb\\r\\n", "id": ${id}}`);
    const qmp = await Qmp.connect(path, 1000, () => true);
    expect(await qmp.monitor('info x', 1000)).toEqual(['a', 'b']);
    qmp.close();
  });

  test('refusals, silence and hanging up are errors in good time', async () => {
    let said: string | undefined;
    const path = await serve(({ id }) => said?.replace('ID', String(id)));
    const qmp = await Qmp.connect(path, 1000, () => true);
    said = '{"error": {"class": "GenericError", "desc": "Invalid addr 0x0"}, "id": ID}';
    await expect(qmp.execute('memsave', {}, 1000)).rejects.toThrow('QEMU: Invalid addr 0x0');
    said = undefined;
    await expect(qmp.execute('stop', {}, 30)).rejects.toThrow('did not answer to stop');
    said = 'hang up';
    await expect(qmp.execute('quit', {}, 1000)).rejects.toThrow('QEMU has ended');
    await expect(qmp.execute('quit', {}, 1000)).rejects.toThrow('QEMU has ended');
  });

  test('nobody listens', async () => {
    await expect(Qmp.connect(join(folder, 'nobody'), 50, () => true)).rejects.toThrow(GuestError);
    await expect(Qmp.connect(join(folder, 'nobody'), 5000, () => false)).rejects.toThrow(GuestError);
  });
});
