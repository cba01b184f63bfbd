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
 * What brings a part of Tilescribe back: a command in a clone; a package has neither npm nor the sources.
 *
 * @param {string} script what does it in a clone: "npm run build"
 * @param {boolean} [installed]
 * @returns {string}
 */
export function restoreCommand(script, installed = isInstalled()) {
  return installed ? 'Install Tilescribe again.' : script;
}

/**
 * The same as a sentence.
 *
 * @param {string} script what does it in a clone: "npm run build"
 * @param {boolean} [installed]
 * @returns {string}
 */
export function howToRestore(script, installed = isInstalled()) {
  return installed ? restoreCommand(script, installed) : `Run "${script}" in Tilescribe's folder.`;
}
