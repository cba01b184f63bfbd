/**
 * `tilescribe doctor [--json]`: what this machine has and lacks for transcribing, and for the NPU, on standard output.
 * Exit status 0 when nothing needs attention, 1 otherwise.
 */
import { parseArgs } from 'node:util';
import { runDoctor } from '../engine/doctor/run-doctor.js';
import { findAddon } from '../engine/engine.js';
import { modelsFolder } from '../models/store.mjs';
import { formatDoctorReport, hasFailure } from '../shared/doctor.js';
import { findResourcesFolder, readVersion } from './product-folder.js';
import type { Screen } from './screen.js';
import { wrongUsage } from './wrong-usage.js';

const HELP = `Usage: tilescribe doctor [--json]

Says what this machine has and lacks for transcribing and for the NPU: for each
thing that is missing, why, and the command that mends it. Changes nothing.

  --json      print the report as JSON
  -h, --help  show this text

Exit status: 0 when nothing needs attention, 1 otherwise, 2 for wrong usage.
`;

/** @param args what follows `doctor`. */
export async function runDoctorCommand(args: readonly string[], screen: Screen): Promise<number> {
  const options = readOptions(args);
  if (options.help === true) {
    screen.print(HELP.trimEnd());
    return 0;
  }
  const resourcesFolder = findResourcesFolder(process.env, import.meta.url);
  const report = await runDoctor({
    version: await readVersion(resourcesFolder),
    resourcesFolder,
    modelsFolder: modelsFolder(process.env),
    addonPath: findAddon(resourcesFolder),
  });
  screen.print(
    options.json === true ? JSON.stringify(report, null, 2) : formatDoctorReport(report).trimEnd(),
  );
  return hasFailure(report) ? 1 : 0;
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      strict: true,
    }).values;
  } catch {
    throw wrongUsage('"tilescribe doctor" takes no arguments but --json.');
  }
}
