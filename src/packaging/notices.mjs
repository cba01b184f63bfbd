/** What the law and the curious want to know: the licences of everything inside, and a bill of materials (CycloneDX). */
import { createHash } from 'node:crypto';
import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('./packages-inside.mjs').InsidePackage} InsidePackage */
/** @typedef {import('../models/catalog.mjs').Model} Model */

/**
 * @typedef {object} Inside
 * @property {string} version of Tilescribe
 * @property {string} electronVersion
 * @property {readonly InsidePackage[]} packages
 * @property {readonly Model[]} models
 */

/**
 * @param {string} root
 * @param {string} folder
 * @param {Inside} inside
 */
export async function writeNotices(root, folder, inside) {
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE.tilescribe.txt'));
  await writeFile(join(folder, 'THIRD-PARTY-NOTICES.txt'), await describeLicences(root, inside));
  await writeFile(join(folder, 'sbom.cdx.json'), `${JSON.stringify(describeMaterials(inside), null, 2)}\n`);
}

/**
 * @param {string} root
 * @param {Inside} inside
 */
async function describeLicences(root, { electronVersion, packages, models }) {
  const parts = [
    'Tilescribe contains the following. Its own licence is in LICENSE.tilescribe.txt.',
    `Electron ${electronVersion} (MIT): LICENSE.electron.txt. Chromium and what Chromium contains: LICENSES.chromium.html.`,
    ...models.map(({ name, licence, origin }) => `${name} (${licence}): ${origin}`),
  ];
  for (const { name, version, licence } of packages) {
    parts.push(`${'-'.repeat(78)}\n${name} ${version} (${licence})\n\n${await readLicence(root, name)}`);
  }
  return `${parts.join('\n\n')}\n`;
}

/**
 * @param {string} root
 * @param {string} name
 */
async function readLicence(root, name) {
  const folder = join(root, 'node_modules', name);
  const texts = (await readdir(folder))
    .filter((file) => /^(licen[cs]e|notice|thirdparty)/i.test(file))
    .sort();
  const contents = await Promise.all(texts.map((file) => readFile(join(folder, file), 'utf8')));
  if (contents.length > 0) return contents.map((text) => text.trim()).join('\n\n');
  return 'The package holds no text of its licence; the licence it names is the one above.';
}

/** @param {Inside} inside */
function describeMaterials({ version, electronVersion, packages, models }) {
  const components = [
    {
      type: 'framework',
      name: 'electron',
      version: electronVersion,
      purl: `pkg:npm/electron@${electronVersion}`,
      licenses: [{ license: { id: 'MIT' } }],
    },
    ...packages.map(({ name, version: packageVersion, licence, integrity }) => ({
      type: 'library',
      name,
      version: packageVersion,
      purl: `pkg:npm/${name.replace('@', '%40')}@${packageVersion}`,
      licenses: [{ license: { id: licence } }],
      hashes: [
        { alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') },
      ],
    })),
    ...models.flatMap(({ id, licence, files }) =>
      files.map(({ path, sha256 }) => ({
        type: 'machine-learning-model',
        name: `${id}/${path}`,
        licenses: [{ license: { id: licence } }],
        hashes: [{ alg: 'SHA-256', content: sha256 }],
      })),
    ),
  ];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: serialNumberOf(JSON.stringify([version, components])),
    version: 1,
    metadata: { component: { type: 'application', name: 'tilescribe', version } },
    components,
  };
}

/**
 * The same contents have the same number, so that a package can be made again bit by bit.
 *
 * @param {string} text
 */
function serialNumberOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}
