import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JobLine } from '../../../src/engine/job-line.js';

const never = new AbortController().signal;

/** A line and jobs that end when they are told to. */
function setUp(limit: number) {
  const line = new JobLine(limit);
  const begun: string[] = [];
  const inside = new Map<string, () => void>();
  const ask = (name: string, key = 'base', signal = never): Promise<void> =>
    line.run(key, signal, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => inside.set(name, resolve));
      inside.delete(name);
    });
  return {
    line,
    begun,
    inside,
    ask,
    end: async (name: string): Promise<void> => {
      inside.get(name)!();
      await settle();
    },
  };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the line of jobs', () => {
  it('lets the first work alone until it opens the door, then others in up to the limit', async () => {
    const { line, begun, ask, end } = setUp(3);
    for (const name of ['a', 'b', 'c', 'd']) void ask(name);
    await settle();
    expect(begun).toEqual(['a']);

    line.open();
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);

    await end('b');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets the next work alone when the first ended without opening', async () => {
    const { begun, ask, end } = setUp(3);
    for (const name of ['a', 'b', 'c']) void ask(name);
    await settle();

    await end('a');

    expect(begun).toEqual(['a', 'b']);
  });

  it('lets one of another key in when all have left, and nobody past it', async () => {
    const { line, begun, ask, end } = setUp(3);
    void ask('a');
    void ask('b');
    void ask('tiny', 'tiny');
    void ask('c');
    await settle();
    line.open();
    await settle();
    await end('a');
    expect(begun).toEqual(['a', 'b']);

    await end('b');
    expect(begun).toEqual(['a', 'b', 'tiny']);
    line.open();
    await end('tiny');

    expect(begun).toEqual(['a', 'b', 'tiny', 'c']);
  });

  it('ends the wait of one that is cancelled, and lets those in whom it kept out', async () => {
    const { line, begun, ask } = setUp(2);
    const controller = new AbortController();
    void ask('a');
    const cancelled = ask('tiny', 'tiny', controller.signal);
    void ask('b');
    await settle();
    line.open();

    controller.abort();

    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    await settle();
    expect(begun).toEqual(['a', 'b']);
  });

  it('goes on after work that failed, and passes the failure on', async () => {
    const line = new JobLine(1);
    const failing = line.run('base', never, () => Promise.reject(new Error('broken')));
    const next = line.run('base', never, () => Promise.resolve(7));

    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe(7);
  });

  it('never has more inside than the limit, nor two keys, and begins all in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('base', 'tiny'), { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(20), { maxLength: 30 }),
        async (keys, limit, choices) => {
          const { line, begun, inside, ask, end } = setUp(limit);
          for (const [index, key] of keys.entries()) void ask(`${index} ${key}`, key);
          for (const choice of [...choices, ...keys.map(() => 0)]) {
            await settle();
            const names = [...inside.keys()];
            expect(names.length).toBeLessThanOrEqual(limit);
            expect(new Set(names.map((name) => name.split(' ')[1])).size).toBeLessThanOrEqual(1);
            if (names.length > 0 && choice % 3 === 0) line.open();
            const ending = names[choice % Math.max(1, names.length)];
            if (ending !== undefined) await end(ending);
          }
          await settle();

          expect(begun).toEqual(keys.map((key, index) => `${index} ${key}`));
        },
      ),
    );
  });
});
