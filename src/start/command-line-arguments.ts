/** Whether the app was started as the command line, and with what. Pure. */

const COMMAND_LINE_SWITCH = '--cli';

/**
 * What comes after `--cli --`, or null for the window. The launcher puts `--` before the user's arguments, so that
 * none of them is a switch to Chromium.
 * @param argv the program itself first.
 */
export function commandLineArguments(argv: readonly string[]): readonly string[] | null {
  const end = argv.indexOf('--');
  if (end === -1 || !argv.slice(1, end).includes(COMMAND_LINE_SWITCH)) return null;
  return argv.slice(end + 1);
}
