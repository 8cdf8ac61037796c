import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildFromHeader } from '../../src/runbook/build-from-header.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { playRunbook } from '../../src/runbook/play.ts';
import { Session } from '../../src/runbook/session.ts';
import { everythingOf, randomSession, type RandomSession } from './random-session.ts';

function begun({ build }: RandomSession): Session {
  const machine = build();
  fc.pre(machine !== undefined);
  return Session.start(machine!);
}

function typed(random: RandomSession): Session {
  const session = begun(random);
  const { lines } = random;
  for (const line of lines) {
    if (line.startsWith('# ')) session.comment(line.slice(2));
    else session.type(line);
  }
  return session;
}

test('undo and redo lead to the very states that typing led to', () => {
  fc.assert(
    fc.property(randomSession, fc.array(fc.nat(30), { maxLength: 6 }), (random, counts) => {
      const session = begun(random);
      const states = [everythingOf(session.machine)];
      for (const line of random.lines) {
        const { number } = session.type(line);
        if (number > 0) states.push(everythingOf(session.machine));
        else expect(everythingOf(session.machine)).toBe(states.at(-1));
      }
      for (const count of counts) {
        const here = session.position;
        const done = session.undo(count);
        expect(everythingOf(session.machine)).toBe(states[here - done]);
        expect(session.redo(done)).toBe(done);
        expect(everythingOf(session.machine)).toBe(states[here]);
        session.goTo(count);
        expect(everythingOf(session.machine)).toBe(states[session.position]);
      }
    }),
    { numRuns: 8, seed: 6 },
  );
}, 120_000);

test('a saved session is a runbook that holds and plays to the same end', () => {
  fc.assert(
    fc.property(randomSession, (random) => {
      const session = typed(random);
      fc.pre(session.position > 0);
      const { book, diagnostics } = parseRunbook(session.toRunbook(), 'saved');
      expect(diagnostics).toEqual([]);
      expect(book.commands.map(({ text }) => text)).toEqual(session.steps.map((step) => step.run.command.text));
      const machine = buildFromHeader(book.source, book.header).machine!;
      const { runs } = playRunbook(book, machine);
      expect(runs.flatMap((run) => run.differences)).toEqual([]);
      expect(runs.filter((run) => run.unexpected)).toEqual([]);
      expect(everythingOf(machine)).toBe(everythingOf(session.machine));
      // Opened again and saved again, it is the same text.
      const opened = Session.ofRunbook(book, buildFromHeader(book.source, book.header).machine!);
      expect(opened.session.toRunbook()).toBe(session.toRunbook());
    }),
    { numRuns: 10, seed: 7 },
  );
}, 120_000);
