/**
 * Start of the page: listens first, asks second, so that nothing falls between. A reload runs this
 * again and ends with the same screen.
 */
import { toFailure } from '../../shared/errors.js';
import type { EngineEvent } from '../../shared/events.js';
import type { Job } from '../../shared/job.js';
import { createAnnouncer } from '../announcer.js';
import { call, listen } from '../api.js';
import { describeChanges } from '../job-changes.js';
import { listenForStream } from '../stream.js';
import { createTokenBuffer } from '../token-buffer.js';
import { fetchIfNeeded } from './actions.js';
import { receiveEdit } from './editing.js';
import { applyEvents, markReconnected, selectedJob, setJobs, useJobs } from './jobs.js';
import { publishPending } from './live.js';
import { applyTimings } from './runs.js';
import { acceptSettings } from './settings.js';
import { showNotice, useUi } from './ui.js';

function announceChanges(before: readonly Job[], after: readonly Job[]): void {
  const text = describeChanges(before, after);
  if (text !== '') useUi.setState({ spokenState: text });
}

function connectStream(): void {
  const buffer = createTokenBuffer({ onNextFrame: requestAnimationFrame, publish: publishPending });
  const announcer = createAnnouncer({
    now: () => performance.now(),
    runAfter: (delayMs, callback) => setTimeout(callback, delayMs),
    say: (spokenText) => {
      useUi.setState({ spokenText });
    },
  });

  function receive(events: readonly EngineEvent[]): void {
    applyEvents(events);
    applyTimings(events);
    const shown = selectedJob(useJobs.getState())?.id;
    for (const event of events) {
      buffer.push(event);
      if (event.kind !== 'commit' || event.jobId !== shown) continue;
      for (const segment of event.segments) announcer.add(segment.text);
    }
  }

  listenForStream(window, {
    onConnected: () => {
      buffer.clear();
      markReconnected();
    },
    onEvents: receive,
  });
}

/** Pushes may overtake the first answers: an answer older than a push is dropped. */
async function askFirst<T>(ask: () => Promise<T>, wasPushed: () => boolean, accept: (reply: T) => void) {
  try {
    const reply = await ask();
    if (!wasPushed()) accept(reply);
  } catch (error) {
    showNotice(toFailure(error));
  }
}

export async function connect(): Promise<void> {
  let haveJobs = false;
  let haveModels = false;
  let haveSettings = false;

  useJobs.subscribe((state, before) => {
    if (state.jobs !== before.jobs) announceChanges(before.jobs, state.jobs);
    const job = selectedJob(state);
    if (job !== null) void fetchIfNeeded(job);
  });
  connectStream();
  listen('jobs.changed', (jobs) => {
    haveJobs = true;
    setJobs(jobs);
  });
  listen('models.changed', (models) => {
    haveModels = true;
    useUi.setState({ models });
  });
  listen('transcript.changed', ({ id, revision, edit }) => {
    receiveEdit(id, revision, edit);
  });
  listen('settings.changed', (settings) => {
    haveSettings = true;
    acceptSettings(settings);
  });
  listen('notice', showNotice);

  await Promise.all([
    askFirst(
      () => call('jobs.list', null),
      () => haveJobs,
      setJobs,
    ),
    askFirst(
      () => call('models.status', null),
      () => haveModels,
      (models) => {
        useUi.setState({ models });
      },
    ),
    askFirst(
      () => call('settings.get', null),
      () => haveSettings,
      acceptSettings,
    ),
    askFirst(
      () => call('app.info', null),
      () => false,
      (app) => {
        useUi.setState({ app });
      },
    ),
  ]);
}
