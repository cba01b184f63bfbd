import { expect, test } from 'vitest';
import { Admission } from '../../../src/server/admission.js';
import { ApiError } from '../../../src/server/api-error.js';
import { JOBS_AT_ONCE } from '../../../src/shared/job.js';

function fill(admission: Admission) {
  return Array.from({ length: admission.limit }, () => admission.enter());
}

function refusalOf(admission: Admission): ApiError {
  try {
    admission.enter();
  } catch (thrown) {
    if (thrown instanceof ApiError) return thrown;
  }
  throw new Error('it was let in');
}

test('as many are let in as the engine takes and may wait behind, and the next is refused with a time', () => {
  const admission = new Admission(2);
  fill(admission);

  const refusal = refusalOf(admission);

  expect(admission.limit).toBe(JOBS_AT_ONCE + 2);
  expect(refusal.status).toBe(429);
  expect(refusal.headers['Retry-After']).toMatch(/^[1-9]\d*$/);
});

test('a place is free again when it was left, and leaving twice frees one', () => {
  const admission = new Admission(0);
  const places = fill(admission);

  places[0]?.leave();
  places[0]?.leave();

  admission.enter();
  expect(refusalOf(admission).status).toBe(429);
});

test('those waiting and those running are told apart', () => {
  const admission = new Admission(4);
  const [first, second] = [admission.enter(), admission.enter()];

  first.begin();
  expect([admission.running, admission.waiting]).toEqual([1, 1]);
  first.leave();
  second.leave();
  expect([admission.running, admission.waiting]).toEqual([0, 0]);
});

test('the time to try again follows how long work took', () => {
  let nowMs = 0;
  const admission = new Admission(0, () => nowMs);
  for (let count = 0; count < 50; count++) {
    const place = admission.enter();
    place.begin();
    nowMs += 400_000;
    place.leave();
  }
  fill(admission);

  expect(Number(refusalOf(admission).headers['Retry-After'])).toBe(100);
});

test('waiting is measured from entering to beginning', () => {
  let nowMs = 0;
  const place = new Admission(0, () => nowMs).enter();
  nowMs = 250;

  expect(place.begin()).toBe(250);
});
