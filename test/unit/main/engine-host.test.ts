import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CANCEL_GRACE_MS, EngineHost, READY_TIMEOUT_MS } from '../../../src/main/engine-host.js';
import type { EngineStop, TranscribeMessage } from '../../../src/main/engine-host.js';
import type { EngineEvent } from '../../../src/shared/events.js';
import { DEFAULT_OPTIONS } from '../../../src/shared/options.js';
import { createFakeLauncher, makeDone, makeToken } from './fake-engine.js';

function makeRequest(jobId: string): TranscribeMessage {
  return {
    kind: 'transcribe',
    jobId,
    path: `/recordings/${jobId}.wav`,
    options: DEFAULT_OPTIONS,
    resume: null,
    sound: null,
  };
}

function setUp() {
  const launcher = createFakeLauncher();
  const host = new EngineHost(launcher.launch);
  const events: EngineEvent[] = [];
  const stops: EngineStop[] = [];
  host.listen({ onEvent: (event) => events.push(event), onStop: (stop) => stops.push(stop) });
  return { launcher, host, events, stops };
}

describe('engine host', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('holds a job back until the engine is ready', () => {
    const { launcher, host } = setUp();

    host.transcribe(makeRequest('a'));
    expect(launcher.current().posted).toEqual([]);
    launcher.current().say({ kind: 'ready' });

    expect(launcher.current().posted).toEqual([makeRequest('a')]);
  });

  it('passes the events of the job in the engine and no others', () => {
    const { launcher, host, events } = setUp();
    host.transcribe(makeRequest('a'));
    launcher.current().say({ kind: 'ready' });

    launcher.current().say(makeToken('other', 'x'));
    launcher.current().say(makeDone('a'));

    expect(events).toEqual([makeDone('a')]);
  });

  it('hands the engine several jobs, and all of them again after a crash only when asked to', () => {
    const { launcher, host, events, stops } = setUp();
    host.transcribe(makeRequest('a'));
    host.transcribe(makeRequest('b'));
    launcher.current().say({ kind: 'ready' });
    expect(launcher.current().posted).toEqual([makeRequest('a'), makeRequest('b')]);

    launcher.current().say(makeDone('a'));
    launcher.current().exit();
    vi.advanceTimersByTime(1);
    launcher.current().say({ kind: 'ready' });

    expect(events).toEqual([makeDone('a')]);
    expect(stops).toEqual([{ jobIds: ['b'], killedFor: null, willRestart: true }]);
    expect(launcher.current().posted).toEqual([]);
    expect(() => {
      host.transcribe(makeRequest('b'));
    }).not.toThrow();
  });

  it('tells whose cancel ended the process, and which jobs that took along', () => {
    const { launcher, host, stops } = setUp();
    host.transcribe(makeRequest('a'));
    host.transcribe(makeRequest('b'));
    launcher.current().say({ kind: 'ready' });

    host.cancel('b');
    vi.advanceTimersByTime(CANCEL_GRACE_MS);

    expect(stops).toEqual([{ jobIds: ['a', 'b'], killedFor: 'b', willRestart: true }]);
  });

  it('leaves the process alone when a cancel is obeyed in time', () => {
    const { launcher, host, events } = setUp();
    host.transcribe(makeRequest('a'));
    launcher.current().say({ kind: 'ready' });

    host.cancel('a');
    vi.advanceTimersByTime(CANCEL_GRACE_MS - 1);
    launcher.current().say({ kind: 'cancelled', jobId: 'a' });
    vi.advanceTimersByTime(10_000);

    expect(launcher.current().posted.at(-1)).toEqual({ kind: 'cancel', jobId: 'a' });
    expect(events).toEqual([{ kind: 'cancelled', jobId: 'a' }]);
    expect(launcher.processes).toHaveLength(1);
    expect(launcher.current().isKilled).toBe(false);
  });

  it('ends the process within 2 s when a cancel is not obeyed, and starts a new one', () => {
    const { launcher, host, stops } = setUp();
    host.transcribe(makeRequest('a'));
    const stuck = launcher.current();
    stuck.say({ kind: 'ready' });

    host.cancel('a');
    vi.advanceTimersByTime(CANCEL_GRACE_MS);

    expect(CANCEL_GRACE_MS).toBeLessThan(2000);
    expect(stuck.isKilled).toBe(true);
    expect(stops).toEqual([{ jobIds: ['a'], killedFor: 'a', willRestart: true }]);
    expect(launcher.processes).toHaveLength(2);
  });

  it('hears nothing more from a process it has replaced', () => {
    const { launcher, host, events, stops } = setUp();
    host.transcribe(makeRequest('a'));
    const stuck = launcher.current();
    stuck.say({ kind: 'ready' });
    host.cancel('a');
    vi.advanceTimersByTime(CANCEL_GRACE_MS);
    host.transcribe(makeRequest('a'));

    stuck.say(makeDone('a'));
    stuck.exit();
    vi.advanceTimersByTime(1);

    expect(events).toEqual([]);
    expect(stops).toHaveLength(1);
    expect(launcher.processes).toHaveLength(2);
  });

  it('cancels a job that the engine has not been given yet at once', () => {
    const { launcher, host, events } = setUp();
    host.transcribe(makeRequest('a'));

    host.cancel('a');
    launcher.current().say({ kind: 'ready' });

    expect(events).toEqual([{ kind: 'cancelled', jobId: 'a' }]);
    expect(launcher.current().posted).toEqual([]);
  });

  it('reports a crash outside the exit handler and starts a new process', () => {
    const { launcher, host, stops } = setUp();
    host.transcribe(makeRequest('a'));
    launcher.current().say({ kind: 'ready' });

    launcher.current().exit();
    expect(stops).toEqual([]);
    vi.advanceTimersByTime(1);

    expect(stops).toEqual([{ jobIds: ['a'], killedFor: null, willRestart: true }]);
    expect(launcher.processes).toHaveLength(2);
  });

  it('starts again three times in a minute, then waits for the user', () => {
    const { launcher, host, stops } = setUp();
    host.start();

    for (let crash = 0; crash < 4; crash += 1) {
      launcher.current().exit();
      vi.advanceTimersByTime(1);
    }

    expect(stops.map((stop) => stop.willRestart)).toEqual([true, true, true, false]);
    expect(launcher.processes).toHaveLength(4);
    host.transcribe(makeRequest('a'));
    expect(launcher.processes).toHaveLength(5);
    launcher.current().exit();
    vi.advanceTimersByTime(1);
    expect(stops.at(-1)).toEqual({ jobIds: ['a'], killedFor: null, willRestart: true });
  });

  it('forgets crashes that are more than a minute old', () => {
    const { launcher, host, stops } = setUp();
    host.start();

    for (let crash = 0; crash < 8; crash += 1) {
      launcher.current().exit();
      vi.advanceTimersByTime(21_000);
    }

    expect(stops.every((stop) => stop.willRestart)).toBe(true);
  });

  it('treats messages that do not fit the protocol as a crash', () => {
    const { launcher, host, stops } = setUp();
    host.transcribe(makeRequest('a'));
    const broken = launcher.current();
    broken.say({ kind: 'ready' });

    broken.listener.onMessage({ kind: 'done', jobId: 'a', stats: 'fast' });

    expect(broken.isKilled).toBe(true);
    expect(stops).toEqual([{ jobIds: ['a'], killedFor: null, willRestart: true }]);
  });

  it('replaces an engine that never becomes ready', () => {
    const { launcher, host, stops } = setUp();
    host.start();

    vi.advanceTimersByTime(READY_TIMEOUT_MS);

    expect(launcher.processes[0]?.isKilled).toBe(true);
    expect(launcher.processes).toHaveLength(2);
    expect(stops).toEqual([{ jobIds: [], killedFor: null, willRestart: true }]);
  });

  it('opens the stream to the page whichever is there first, and again after a restart or reload', () => {
    const { launcher, host } = setUp();
    host.start();
    host.connectPage();
    expect(launcher.current().streams).toBe(0);

    launcher.current().say({ kind: 'ready' });
    expect(launcher.current().streams).toBe(1);
    host.connectPage();
    expect(launcher.current().streams).toBe(2);
    launcher.current().exit();
    vi.advanceTimersByTime(1);
    launcher.current().say({ kind: 'ready' });

    expect(launcher.current().streams).toBe(1);
  });

  it('starts nothing any more once closed', () => {
    const { launcher, host } = setUp();
    host.start();

    host.close();
    launcher.current().exit();
    vi.advanceTimersByTime(1);

    expect(launcher.processes).toHaveLength(1);
    expect(launcher.current().isKilled).toBe(true);
  });
});
