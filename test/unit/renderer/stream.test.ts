/** Messages of the engine's port: batches or single events; what fits no schema is left out. */
import { expect, it } from 'vitest';
import { parseEvents } from '../../../src/renderer/stream.js';
import { addNotice } from '../../../src/renderer/stores/ui.js';
import { attempt, token } from './events.js';

it('takes one event or a batch', () => {
  expect(parseEvents(token(' a'))).toEqual([token(' a')]);
  expect(parseEvents([attempt({}), token(' a')])).toEqual([attempt({}), token(' a')]);
});

it('leaves out what is no event and keeps the rest of the batch', () => {
  const wrong = { kind: 'token', jobId: 'job-1', text: 7 };

  expect(parseEvents([wrong, null, 'x', token(' a')])).toEqual([token(' a')]);
  expect(parseEvents(undefined)).toEqual([]);
});

it('shows a notice that repeats once, as the latest', () => {
  const failure = { code: 'internal', message: 'The engine stopped.', remedy: 'Retry.' } as const;
  const other = { ...failure, message: 'The disk is full.' };

  const notices = addNotice(
    [
      { id: 1, failure },
      { id: 2, failure: other },
    ],
    { id: 3, failure },
  );

  expect(notices.map(({ id }) => id)).toEqual([2, 3]);
});
