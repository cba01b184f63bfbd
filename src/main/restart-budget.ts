/** How often something that crashed is started again before we stop and tell the user: 3 times in 60 s. */
const MAX_RESTARTS = 3;
const WINDOW_MS = 60_000;

export class RestartBudget {
  #crashesMs: number[] = [];

  /** Notes a crash now; true while a restart is still within the budget. */
  takeOne(): boolean {
    const nowMs = Date.now();
    this.#crashesMs = [...this.#crashesMs.filter((crashMs) => nowMs - crashMs < WINDOW_MS), nowMs];
    return this.#crashesMs.length <= MAX_RESTARTS;
  }

  /** The user asked for another try. */
  refill(): void {
    this.#crashesMs = [];
  }
}
