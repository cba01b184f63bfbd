/** Whether there is room for what is about to be written, asked before the first byte of it. */
import { mkdir, statfs } from 'node:fs/promises';
import { ModelError } from './model-error.mjs';

/** Left free, so that a model does not take the last byte from the transcripts. */
const MARGIN_BYTES = 64_000_000;

/**
 * @param {string} folder
 * @returns {Promise<number>} bytes that this user may still write
 */
export async function freeBytesOf(folder) {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Throws ModelError 'disk-full' when there is too little. A file system that does not say is trusted.
 *
 * @param {object} need
 * @param {string} need.modelId
 * @param {string} need.folder is made when it is not there
 * @param {number} need.bytes that will be written
 * @param {(folder: string) => Promise<number>} [need.freeBytes]
 */
export async function requireSpace({ modelId, folder, bytes, freeBytes = freeBytesOf }) {
  await mkdir(folder, { recursive: true });
  const free = await freeBytes(folder).catch(() => Infinity);
  if (free >= bytes + MARGIN_BYTES) return;
  throw fullDisk(
    modelId,
    `it takes ${formatMegabytes(bytes)} and leaves ${formatMegabytes(MARGIN_BYTES)} free, and the disk of ` +
      `${folder} has ${formatMegabytes(free)}`,
    `Make ${formatMegabytes(bytes + MARGIN_BYTES - free)} of room there, then go on.`,
  );
}

/**
 * @param {string} modelId
 * @param {string} cause continues a sentence
 * @param {string} [remedy]
 */
export function fullDisk(modelId, cause, remedy = 'Make room on that disk, then go on.') {
  return new ModelError(
    'disk-full',
    `There is no room for the model "${modelId}": ${cause}. What arrived before is kept.`,
    remedy,
  );
}

/**
 * The disk ran full meanwhile, as its error says.
 *
 * @param {unknown} thrown
 * @returns {boolean}
 */
export function isFullDisk(thrown) {
  if (thrown instanceof ModelError) return thrown.code === 'disk-full';
  if (!(thrown instanceof Error)) return false;
  if ('code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT')) return true;
  return isFullDisk(thrown.cause);
}

/** @param {number} bytes */
function formatMegabytes(bytes) {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
