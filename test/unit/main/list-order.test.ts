import fc from 'fast-check';
import { expect, it } from 'vitest';
import { placeBefore } from '../../../src/main/list-order.js';

it('puts a job before another or at the end, however often jobs are moved', () => {
  const move = fc.tuple(fc.nat({ max: 4 }), fc.option(fc.nat({ max: 4 })));
  fc.assert(
    fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      let expected = ['0', '1', '2', '3', '4'];
      let items = expected.map((id, order) => ({ id, order }));
      for (const [from, to] of moves) {
        const id = String(from);
        const before = to === null ? null : String(to);
        const changes = placeBefore(items, id, before);
        items = items
          .map((item) => ({ ...item, order: changes.get(item.id) ?? item.order }))
          .sort((a, b) => a.order - b.order);
        if (before !== id) {
          const others = expected.filter((other) => other !== id);
          others.splice(before === null ? others.length : others.indexOf(before), 0, id);
          expected = others;
        }
        expect(items.map((item) => item.id)).toEqual(expected);
      }
    }),
  );
});

it('changes one number as a rule', () => {
  const items = [1, 2, 3].map((order) => ({ id: String(order), order }));

  expect([...placeBefore(items, '3', '2')]).toEqual([['3', 1.5]]);
});
