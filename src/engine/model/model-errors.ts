/** What is wrong with a model's own files, for people. */
import { fetchCommand } from '../../models/command.mjs';
import { AppError } from '../../shared/errors.js';

export function corruptModelError(modelId: string, path: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-corrupt',
    `The model's file ${path} cannot be used: ${problem}.`,
    `Press Repair in the app, or run "${fetchCommand(modelId)}".`,
    { cause },
  );
}

/** For what was thrown while that file was read: an AppError as it is, else 'model-missing' or 'model-corrupt'. */
export function toReadError(thrown: unknown, modelId: string, path: string): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
    return new AppError(
      'model-missing',
      `The model's file ${path} is missing.`,
      `Press Repair in the app, or run "${fetchCommand(modelId)}".`,
      { cause: thrown },
    );
  }
  return corruptModelError(modelId, path, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
