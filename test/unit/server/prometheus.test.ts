import { expect, test } from 'vitest';
import { Registry } from '../../../src/server/prometheus.js';

test('a counter is written with a line for each of its labels', () => {
  const registry = new Registry();
  const requests = registry.counter('requests_total', 'Requests.');
  requests.add(1, { path: '/a', status: '200' });
  requests.add(2, { path: '/a', status: '200' });
  requests.add(1, { path: 'say "hi"\n', status: '500' });

  expect(registry.write()).toBe(
    '# HELP requests_total Requests.\n# TYPE requests_total counter\n' +
      'requests_total{path="/a",status="200"} 3\nrequests_total{path="say \\"hi\\"\\n",status="500"} 1\n',
  );
});

test('a histogram counts each value in every bucket that could hold it', () => {
  const registry = new Registry();
  const seconds = registry.histogram('seconds', 'Seconds.', [1, 5]);
  for (const value of [0.5, 1, 3, 9]) seconds.observe(value);

  expect(registry.write().split('\n').slice(2)).toEqual([
    'seconds_bucket{le="1"} 2',
    'seconds_bucket{le="5"} 3',
    'seconds_bucket{le="+Inf"} 4',
    'seconds_sum 13.5',
    'seconds_count 4',
    '',
  ]);
});

test('a gauge is read when it is asked for', () => {
  const registry = new Registry();
  let value = 1;
  registry.gauge('now', 'Now.', () => value);
  value = 7;

  expect(registry.write()).toContain('\nnow 7\n');
});
