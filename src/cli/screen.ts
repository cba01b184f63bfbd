/**
 * Standard output and standard error as one place to write to. The surprising thing: on a terminal both
 * are the same screen, so the updating progress line is wiped before anything else is written.
 */

export interface TextSink {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Width of the terminal, characters. */
  readonly columns: number;
}

const WIPE_LINE = '\r\u001b[K';

export class Screen {
  #hasProgress = false;

  constructor(
    private readonly stdout: TextSink,
    private readonly stderr: TextSink,
  ) {}

  /** A line of the result. */
  print(line: string): void {
    this.#wipe();
    this.stdout.write(`${line}\n`);
  }

  /** A line about the work. */
  note(line: string): void {
    this.#wipe();
    this.stderr.write(`${line}\n`);
  }

  /** Shown until the next line of any kind; nothing at all when standard error is not a terminal. */
  showProgress(line: string): void {
    if (!this.stderr.isTerminal) return;
    this.stderr.write(WIPE_LINE + line.slice(0, Math.max(0, this.stderr.columns - 1)));
    this.#hasProgress = true;
  }

  clearProgress(): void {
    this.#wipe();
  }

  #wipe(): void {
    if (!this.#hasProgress) return;
    this.stderr.write(WIPE_LINE);
    this.#hasProgress = false;
  }
}
