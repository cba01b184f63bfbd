/** What a model's id says of it. */

/** OpenAI's names for English-only models end so, and its own command line goes by that (openai/whisper transcribe.py). */
export function isEnglishOnly(modelId: string): boolean {
  return modelId.endsWith('.en');
}
