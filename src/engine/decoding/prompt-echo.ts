/**
 * Tells when a window's text is not what was heard but what it was told before: Whisper sometimes copies its
 * prompt, most of all where nobody speaks. Compares letters and digits alone, in lower case, so that it works
 * in every script. Pure.
 */
import { countColumns } from '../../shared/shape/columns.js';

/**
 * Shorter text may come twice by chance ("Thank you very much."). In columns, so that ten Chinese characters
 * weigh as much as twenty letters.
 */
const SHORTEST_ECHO = 20;

export interface PromptTexts {
  readonly hints: string;
  readonly previous: string;
}

/**
 * True when `text` is the list of hints or begins with all of it, or is a piece of the prompt. Said again
 * in earnest it is found too: decoded without a prompt it comes out the same and cannot be an echo.
 */
export function isPromptEcho(text: string, prompt: PromptTexts): boolean {
  const heard = lettersOf(text);
  const hints = lettersOf(prompt.hints);
  if (heard === '') return false;
  if (hints !== '' && heard === hints) return true;
  if (isLong(hints) && heard.startsWith(hints)) return true;
  return isLong(heard) && lettersOf(`${prompt.hints} ${prompt.previous}`).includes(heard);
}

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');
}

function isLong(letters: string): boolean {
  return countColumns(letters) >= SHORTEST_ECHO;
}
