/** The error for a command line that cannot be followed. */
import { AppError } from '../shared/errors.js';

export function wrongUsage(message: string): AppError {
  return new AppError('wrong-usage', message, 'Run "tilescribe --help" for all options.');
}
