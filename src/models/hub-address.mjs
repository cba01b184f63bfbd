/** Where a hub's files are for this user: HF_ENDPOINT names a mirror of Hugging Face, as for its own programs. */

/** @typedef {import('./catalog.mjs').HubSource} HubSource */

const HUGGING_FACE = 'https://huggingface.co/';

/**
 * A mirror needs no trust: whatever it sends is compared with the catalogue's hashes.
 *
 * @param {HubSource} source
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string} ends in a slash
 */
export function addressOfHub({ url }, env) {
  const endpoint = env['HF_ENDPOINT'] ?? '';
  if (!url.startsWith(HUGGING_FACE) || !isWebAddress(endpoint)) return url;
  return `${endpoint.replace(/\/+$/, '')}/${url.slice(HUGGING_FACE.length)}`;
}

/** @param {string} text */
function isWebAddress(text) {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}
