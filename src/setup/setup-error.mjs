/** A set-up step that cannot be done: what happened, and what the user does about it. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError';

  /**
   * @param {string} message
   * @param {string} remedy
   * @param {ErrorOptions} [options]
   */
  constructor(message, remedy, options) {
    super(message, options);
    /** @readonly */
    this.remedy = remedy;
  }
}
