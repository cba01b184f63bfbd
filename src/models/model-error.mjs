/**
 * The failures of the model store, in the words a person reads. Its fields are those of the product's
 * `Failure` (code, message, remedy), so the callers pass it on unchanged; it has its own class because
 * this folder must run before any dependency is installed.
 */

/** @typedef {'model-unknown' | 'model-missing' | 'model-corrupt' | 'model-fetch-failed' | 'disk-full'} ModelErrorCode */

export class ModelError extends Error {
  /** @override */
  name = 'ModelError';

  /**
   * @param {ModelErrorCode} code
   * @param {string} message what happened, and what was kept
   * @param {string} remedy what to do next
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, remedy, options) {
    super(message, options);
    /** @readonly */
    this.code = code;
    /** @readonly */
    this.remedy = remedy;
  }
}
