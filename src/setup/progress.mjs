/**
 * What set-up tells the user, on standard error so that standard output carries transcripts alone. One
 * line for each long step: on a terminal it is rewritten in place, elsewhere (a log) a new line is
 * written at most every few seconds. Steps with nothing to do say nothing.
 */

const TERMINAL_INTERVAL_MS = 100;
const LOG_INTERVAL_MS = 5_000;
const MEGABYTE = 1_000_000;

/**
 * @typedef {object} Step
 * @property {(detail: string) => void} update
 * @property {(receivedBytes: number, totalBytes: number | null) => void} updateBytes
 * @property {() => void} tick shows the time taken so far, for work that says nothing itself
 * @property {(result?: string) => void} finish
 * @property {() => void} abandon ends the line without a result; the error that follows says the rest
 */

/**
 * @typedef {object} Reporter
 * @property {(text: string) => void} say
 * @property {(label: string) => Step} startStep
 */

/**
 * @typedef {object} Output
 * @property {(text: string) => void} write
 * @property {boolean} isTerminal
 * @property {() => number} nowMs
 */

/** @returns {Reporter} */
export function createTerminalReporter() {
  return createReporter({
    write: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
    nowMs: () => performance.now(),
  });
}

/**
 * @param {Output} output
 * @returns {Reporter}
 */
export function createReporter(output) {
  return {
    say: (text) => {
      output.write(`${output.isTerminal ? '\r\x1b[2K' : ''}${text}\n`);
    },
    startStep: (label) => startStep(label, output),
  };
}

/**
 * @param {string} label
 * @param {Output} output
 * @returns {Step}
 */
function startStep(label, output) {
  const startMs = output.nowMs();
  let shownMs = startMs;
  /** @param {string} text */
  const show = (text) => {
    output.write(output.isTerminal ? `\r\x1b[2K${text}` : `${text}\n`);
  };
  /** @param {string} detail */
  const update = (detail) => {
    const nowMs = output.nowMs();
    if (nowMs - shownMs < (output.isTerminal ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)) return;
    shownMs = nowMs;
    show(`${label}: ${detail}`);
  };
  show(`${label} ...`);
  return {
    update,
    updateBytes: (receivedBytes, totalBytes) => {
      update(formatBytes(receivedBytes, totalBytes));
    },
    tick: () => {
      update(`${Math.round((output.nowMs() - startMs) / 1000)} s`);
    },
    finish: (result = 'done') => {
      const seconds = ((output.nowMs() - startMs) / 1000).toFixed(1);
      output.write(`${output.isTerminal ? '\r\x1b[2K' : ''}${label}: ${result} (${seconds} s)\n`);
    },
    abandon: () => {
      if (output.isTerminal) output.write('\r\x1b[2K');
    },
  };
}

/**
 * @param {number} receivedBytes
 * @param {number | null} totalBytes
 * @returns {string}
 */
export function formatBytes(receivedBytes, totalBytes) {
  const received = (receivedBytes / MEGABYTE).toFixed(1);
  if (totalBytes === null) return `${received} MB`;
  const percent = Math.min(100, Math.floor((receivedBytes / totalBytes) * 100));
  return `${percent} % of ${(totalBytes / MEGABYTE).toFixed(1)} MB`;
}
