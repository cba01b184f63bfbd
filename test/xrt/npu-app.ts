/**
 * A folder that looks like the product's, with the design that kernels/build would have compiled: here the emulated
 * one, whose streams test/xrt/emulated_design.cc wrote, with the manifest and its hashes as for a real one.
 */
import { createHash } from 'node:crypto';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';

const DesignSchema = v.looseObject({
  name: v.string(),
  instructions: v.array(v.looseObject({ file: v.string() })),
});
const XCLBIN = 'decoder_step/decoder_step.xclbin';

/** @param designFolder with decoder_step.json and the files that it names. */
export async function makeNpuApp(repository: string, designFolder: string, folder: string): Promise<void> {
  const hash = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(join(designFolder, file)))
      .digest('hex');
  const text = await readFile(join(designFolder, 'decoder_step.json'), 'utf8');
  const design = v.parse(DesignSchema, JSON.parse(text));
  const instructions = await Promise.all(
    design.instructions.map(async (stream) => ({ ...stream, sha256: await hash(stream.file) })),
  );
  const xclbin = { file: XCLBIN, sha256: await hash(XCLBIN) };
  const manifest = { schema: 1, toolchain: [], designs: [{ ...design, xclbin, instructions }] };

  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'out', 'native'), { recursive: true });
  const addon = 'out/native/tilescribe_native.node';
  await copyFile(join(repository, addon), join(folder, addon));
  await copyFile(join(repository, 'package.json'), join(folder, 'package.json'));
  await cp(join(repository, 'resources', 'models'), join(folder, 'resources', 'models'), { recursive: true });
  await cp(designFolder, join(folder, 'out', 'npu'), { recursive: true });
  await writeFile(join(folder, 'out', 'npu', 'manifest.json'), JSON.stringify(manifest));
}
