/**
 * Keeps what is done side by side in order when it is told: a turn's words wait until the turn before it
 * has ended, then come at once, and from there on as they are said.
 */
export class Turn {
  #isOpen: boolean;
  #isOver = false;
  #waiting: (() => void)[] = [];
  #after: Turn | null = null;

  private constructor(isOpen: boolean) {
    this.#isOpen = isOpen;
  }

  static first(): Turn {
    return new Turn(true);
  }

  /** The turn after this one; to be asked for once. */
  next(): Turn {
    this.#after = new Turn(this.#isOpen && this.#isOver);
    return this.#after;
  }

  /** Whether words are told as they are said. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  say(words: () => void): void {
    if (this.#isOpen) words();
    else this.#waiting.push(words);
  }

  end(): void {
    this.#isOver = true;
    if (this.#isOpen) this.#openNext();
  }

  /** What waits is lost, and the turns after this one stay silent: nothing is told past a gap. */
  fail(): void {
    this.#waiting = [];
  }

  #openNext(): void {
    if (this.#after !== null) this.#after.#open();
  }

  #open(): void {
    this.#isOpen = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const words of waiting) words();
    if (this.#isOver) this.#openNext();
  }
}
