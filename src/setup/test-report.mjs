/**
 * Adds up what a test run did. In: vitest's JSON reports, what ctest printed, and the outcome of the other
 * steps. Out: the counts and the one last line. Pure.
 */

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {readonly string[]} failed names, each with the first line of what was wrong where there is one
 * @property {readonly string[]} skipped names
 */

/** @type {Tally} */
export const EMPTY_TALLY = { passed: 0, failed: [], skipped: [] };

/**
 * @param {Tally} left
 * @param {Tally} right
 * @returns {Tally}
 */
export function addTallies(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: [...left.failed, ...right.failed],
    skipped: [...left.skipped, ...right.skipped],
  };
}

/**
 * @param {string} name
 * @param {boolean} isGood
 * @returns {Tally}
 */
export function tallyStep(name, isGood) {
  return { ...EMPTY_TALLY, passed: isGood ? 1 : 0, failed: isGood ? [] : [name] };
}

/**
 * A run that failed without a failed test (a file that could not be loaded, an error between tests, no
 * report at all) counts as one failure, so that the counts never look better than the exit code.
 *
 * @param {string | null} report content of vitest's JSON report; null when it wrote none
 * @param {number} exitCode of vitest
 * @param {string} run what the failure of none of its tests is called
 * @returns {Tally}
 */
export function tallyReport(report, exitCode, run) {
  const tally = report === null ? EMPTY_TALLY : countTests(report);
  return exitCode !== 0 && tally.failed.length === 0 ? { ...tally, failed: [run] } : tally;
}

/**
 * @param {string} report
 * @returns {Tally}
 */
function countTests(report) {
  let passed = 0;
  /** @type {string[]} */
  const failed = [];
  /** @type {string[]} */
  const skipped = [];
  for (const file of listOf(parseJson(report), 'testResults')) {
    const tests = listOf(file, 'assertionResults');
    if (tests.length === 0 && fieldOf(file, 'status') === 'failed') {
      failed.push(nameFailed(fieldOf(file, 'name'), fieldOf(file, 'message')));
    }
    for (const test of tests) {
      const status = fieldOf(test, 'status');
      if (status === 'passed') passed += 1;
      else if (status === 'failed') {
        failed.push(nameFailed(fieldOf(test, 'fullName'), listOf(test, 'failureMessages')[0]));
      } else skipped.push(String(fieldOf(test, 'fullName')));
    }
  }
  return { passed, failed, skipped };
}

/**
 * A log may be cut anywhere but at its end, where the names are.
 *
 * @param {unknown} name
 * @param {unknown} message
 */
function nameFailed(name, message) {
  const reason = typeof message === 'string' ? (message.trim().split('\n')[0] ?? '') : '';
  return reason === '' ? String(name) : `${String(name)}: ${reason}`;
}

/**
 * A run that failed without a failed test, or without any test, counts as one failure.
 *
 * @param {string} output of ctest
 * @param {number} exitCode of ctest
 * @param {string} build in which the tests ran
 * @returns {Tally}
 */
export function tallyCtest(output, exitCode, build) {
  let tally = EMPTY_TALLY;
  // "2/2 Test #2: thread_pool ....***Failed    0.01 sec"; what a test prints on failure stands between such lines.
  for (const match of output.matchAll(/^ *\d+\/\d+ Test +#\d+: (\S+) \.*(.*?) +[\d.]+ sec/gm)) {
    const [, name = '', outcome = ''] = match;
    if (/\*\*\*(Skipped|Not Run \(Disabled\))/.test(outcome)) {
      tally = addTallies(tally, { ...EMPTY_TALLY, skipped: [`${name} (native, ${build})`] });
    } else {
      tally = addTallies(tally, tallyStep(`${name} (native, ${build})`, outcome.trim() === 'Passed'));
    }
  }
  const hasTests = tally.passed + tally.failed.length + tally.skipped.length > 0;
  return (exitCode !== 0 || !hasTests) && tally.failed.length === 0
    ? { ...tally, failed: [`tests of C++ (${build})`] }
    : tally;
}

/** @param {Tally} tally */
export function formatTally(tally) {
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : '';
  return `${tally.passed} passed, ${tally.failed.length} failed${skipped}`;
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {unknown} data
 * @param {string} name
 * @returns {unknown}
 */
function fieldOf(data, name) {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined;
}

/**
 * @param {unknown} data
 * @param {string} name
 * @returns {readonly unknown[]}
 */
function listOf(data, name) {
  const list = fieldOf(data, name);
  return Array.isArray(list) ? list : [];
}
