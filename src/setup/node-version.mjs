/**
 * Which Node is new enough. This file and run.mjs are the only ones that an old Node loads, so they use
 * nothing that Node 14 lacks.
 */

/** As in package.json "engines"; a unit test keeps the two equal. */
export const OLDEST_NODE = '20.19';

/**
 * @param {string} left digits and dots, with or without a leading v
 * @param {string} right
 * @returns {number} negative when left is older, 0 when equal, positive when newer
 */
export function compareVersions(left, right) {
  const leftParts = splitVersion(left);
  const rightParts = splitVersion(right);
  for (let index = 0; index < Math.max(leftParts.length, rightParts.length); index += 1) {
    const difference = (leftParts[index] || 0) - (rightParts[index] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * @param {string} version
 * @returns {string | null} what to tell the user, or null when this Node will do
 */
export function describeNodeProblem(version) {
  if (compareVersions(version, OLDEST_NODE) >= 0) return null;
  return (
    'Tilescribe needs Node.js ' +
    OLDEST_NODE +
    ' or newer; this is ' +
    version +
    '.\n' +
    'Install a current version from https://nodejs.org or with your version manager ("nvm install 22"), then try again.'
  );
}

/** @param {string} version */
function splitVersion(version) {
  return version.replace(/^v/, '').replace(/-.*$/, '').split('.').map(Number);
}
