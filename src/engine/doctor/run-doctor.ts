/** The doctor: looks at the machine and gives its report. Changes nothing, and takes well under a second. */
import { dirname, join } from 'node:path';
import type { DoctorReport } from '../../shared/doctor.js';
import { gatherEngineFacts } from './engine-facts.js';
import type { DoctorFolders } from './engine-facts.js';
import { judgeEngine } from './engine-lines.js';
import { gatherNpuFacts } from './npu-facts.js';
import { judgeNpu } from './npu-lines.js';

export interface DoctorRequest extends DoctorFolders {
  /** Of Tilescribe. */
  readonly version: string;
}

export async function runDoctor(request: DoctorRequest): Promise<DoctorReport> {
  // The loader of the plugin (native/npu/xrt/library.cc) looks at the same places.
  const chosen = process.env['TILESCRIBE_XRT_PLUGIN'] ?? '';
  const pluginPath = chosen === '' ? join(dirname(request.addonPath), 'libtilescribe_xrt.so') : chosen;
  const designFolder = join(request.resourcesFolder, '..', 'out', 'npu');
  const [engine, npu] = await Promise.all([
    gatherEngineFacts(request),
    gatherNpuFacts(pluginPath, designFolder),
  ]);
  return { version: request.version, lines: [...judgeEngine(engine), ...judgeNpu(npu)] };
}
