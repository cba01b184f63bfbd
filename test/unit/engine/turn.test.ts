import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Turn } from '../../../src/engine/decoding/turn.js';

describe('turns', () => {
  it('tell everything in order of turns, whatever the order it was said in', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 40 }), (order) => {
        const told: string[] = [];
        const first = Turn.first();
        const second = first.next();
        const third = second.next();
        const turns = [first, second, third, third.next()];
        const said = turns.map(() => 0);

        for (const speaker of order) {
          const words = `${speaker}.${said[speaker]!++}`;
          turns[speaker]!.say(() => told.push(words));
        }
        // They end in the order of their last words, as chunks do.
        const lastWords = turns.map((_, speaker) => order.lastIndexOf(speaker));
        const endings = turns.map((_, i) => i).sort((a, b) => lastWords[a]! - lastWords[b]!);
        for (const speaker of endings) turns[speaker]!.end();

        const expected = turns.flatMap((_, speaker) =>
          Array.from({ length: said[speaker]! }, (_word, n) => `${speaker}.${n}`),
        );
        expect(told).toEqual(expected);
      }),
    );
  });

  it('pass words of the turn under way on at once', () => {
    const told: string[] = [];
    const first = Turn.first();
    const second = first.next();

    second.say(() => told.push('later'));
    first.say(() => told.push('now'));

    expect(told).toEqual(['now']);
  });

  it('tell nothing past a turn that failed', () => {
    const told: string[] = [];
    const first = Turn.first();
    const second = first.next();
    second.say(() => told.push('never'));
    second.end();

    first.fail();

    expect(told).toEqual([]);
  });
});
