/**
 * The real engine with the real addon on the real XRT: a folder that looks like the product's, in which the native
 * engine is the addon with its sessions given to the NPU. It stands in the place of `--device npu` and its choice
 * between NPU and CPU, of which it has the smallest part: a step that the NPU failed is made again, by the CPU.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder named like the addon's file is loaded by its index.js. Says on standard error what the NPU did. */
const ADDON = `'use strict';
const { readFileSync } = require('node:fs');
const { Session, ...rest } = require('/mnt/repository/out/native/tilescribe_native.node');
const PATCHES = ['none', 'text', 'window', 'vocabulary', 'results'];
const say = (text) => process.stderr.write('[npu] ' + text + '\\n');

function readDesign(folder) {
  const design = JSON.parse(readFileSync(folder + '/decoder_step.json', 'utf8'));
  const streams = design.instructions.map(({ file, patches }) => ({
    words: new Uint32Array(new Uint8Array(readFileSync(folder + '/' + file)).buffer),
    points: Int32Array.from(
      patches.flatMap((p) => [PATCHES.indexOf(p.patch), p.layer, p.index, p.pair, p.offset_word, p.length_word]),
    ),
  }));
  return { xclbin: folder + '/decoder_step/decoder_step.xclbin', kernelName: design.kernel_name, hash: '', streams };
}

class NpuSession extends Session {
  #isReady = null;
  async encode(...parameters) {
    this.#isReady ??= this.useNpu({
      device: 'xrt', fault: '', vocabulary: 'full', sparseGroups: [], design: readDesign('/mnt/out/design'),
    }).then(
      () => say('in use: ' + JSON.stringify(this.describeNpu())),
      (error) => say('not used: ' + error.message),
    );
    await this.#isReady;
    return super.encode(...parameters);
  }
  async step(inputs) {
    try {
      return await super.step(inputs);
    } catch (error) {
      if (error.code !== 'device-fault') throw error;
      say('fault: ' + error.message);
      return super.step(inputs);
    }
  }
  close() {
    say('at the end: ' + JSON.stringify(this.describeNpu()));
    super.close();
  }
}
module.exports = { ...rest, Session: NpuSession };
`;

/** @returns what to set TILESCRIBE_RESOURCES to, relative to the folder. */
export async function makeNpuApp(repository: string, folder: string): Promise<string> {
  const addon = join(folder, 'out', 'native', 'tilescribe_native.node');
  await rm(folder, { recursive: true, force: true });
  await mkdir(addon, { recursive: true });
  await writeFile(join(addon, 'index.js'), ADDON);
  await cp(join(repository, 'resources', 'models'), join(folder, 'resources', 'models'), { recursive: true });
  return 'resources';
}
