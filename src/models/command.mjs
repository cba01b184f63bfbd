/**
 * What the user types: `tilescribe` where a package was installed, `npx tilescribe` in a clone. Every remedy that names
 * the command, or what brings a part of Tilescribe back, asks here.
 */

/**
 * @param {string} [moduleUrl] of code of ours; a package keeps all of it in an archive
 * @returns {boolean}
 */
export function isInstalled(moduleUrl = import.meta.url) {
  return moduleUrl.includes('/app.asar/');
}

/**
 * @param {boolean} [installed]
 * @returns {string}
 */
export function commandName(installed = isInstalled()) {
  return installed ? 'tilescribe' : 'npx tilescribe';
}

/**
 * What fetches a model, or what is missing or damaged of it.
 *
 * @param {string} modelId
 * @param {boolean} [installed]
 * @returns {string}
 */
export function fetchCommand(modelId, installed = isInstalled()) {
  return `${commandName(installed)} --fetch-model ${modelId}`;
}

/**
 * A sentence on how to get a part of Tilescribe back that is not there.
 *
 * @param {string} script what does it in a clone: "npm run build"
 * @param {boolean} [installed]
 * @returns {string}
 */
export function howToRestore(script, installed = isInstalled()) {
  return installed ? 'Install Tilescribe again.' : `Run "${script}" in Tilescribe's folder.`;
}
