/** Finished text is spoken at most once in three seconds, and none of it is lost. */
import { expect, it } from 'vitest';
import { ANNOUNCE_EVERY_MS, createAnnouncer } from '../../../src/renderer/announcer.js';

function setUp() {
  const clock = { nowMs: 1000 };
  const said: string[] = [];
  const timers: { readonly delayMs: number; readonly callback: () => void }[] = [];
  const announcer = createAnnouncer({
    now: () => clock.nowMs,
    runAfter: (delayMs, callback) => timers.push({ delayMs, callback }),
    say: (text) => said.push(text),
  });
  return { announcer, clock, said, timers };
}

it('says the first segment at once', () => {
  const { announcer, said } = setUp();

  announcer.add(' Ask not. ');

  expect(said).toEqual(['Ask not.']);
});

it('joins what comes within three seconds and says it once they are over', () => {
  const { announcer, clock, said, timers } = setUp();
  announcer.add('One.');
  clock.nowMs += 500;
  announcer.add('Two.');
  announcer.add('Three.');

  expect(timers.map(({ delayMs }) => delayMs)).toEqual([ANNOUNCE_EVERY_MS - 500]);
  clock.nowMs += ANNOUNCE_EVERY_MS - 500;
  timers[0]?.callback();

  expect(said).toEqual(['One.', 'Two. Three.']);
});

it('keeps silent about empty text', () => {
  const { announcer, said, timers } = setUp();

  announcer.add('  ');

  expect(said).toEqual([]);
  expect(timers).toEqual([]);
});
