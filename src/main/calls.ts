/**
 * The boundary at which the page's calls enter main: sender, then schema, then handler, and every
 * outcome becomes a reply. Nothing thrown passes it. Electron-free; ipc.ts ties it to the channels.
 */
import * as v from 'valibot';
import { CONTRACT } from '../shared/contract.js';
import type { CallName, CallOutcome, CallReply } from '../shared/contract.js';
import { AppError, toFailure } from '../shared/errors.js';
import type { Failure } from '../shared/errors.js';
import { isAppUrl } from './app-url.js';

type CallInput<N extends CallName> = v.InferOutput<(typeof CONTRACT)[N]['request']>;

/** One per row of the contract; may throw AppError, which the page gets as a failure. */
export type Handlers = {
  readonly [N in CallName]: (request: CallInput<N>) => CallReply<N> | Promise<CallReply<N>>;
};

export interface Sender {
  readonly isOurWindow: boolean;
  readonly isMainFrame: boolean;
  readonly url: string;
}

/** Only the page we serve, in the top frame of the window we made. */
export function isTrustedSender(sender: Sender): boolean {
  return sender.isOurWindow && sender.isMainFrame && isAppUrl(sender.url);
}

export async function answerCall<N extends CallName>(
  name: N,
  request: unknown,
  handlers: Handlers,
): Promise<CallOutcome<N>> {
  try {
    const schema: (typeof CONTRACT)[N]['request'] = CONTRACT[name].request;
    const parsed = v.safeParse(schema, request);
    if (!parsed.success) return { ok: false, failure: explainBadRequest(name, parsed.issues) };
    return { ok: true, reply: await handlers[name](parsed.output) };
  } catch (thrown) {
    return { ok: false, failure: toFailure(thrown) };
  }
}

export function refuseSender(): CallOutcome<CallName> {
  const failure = toFailure(
    new AppError('wrong-usage', 'A page that is not part of Tilescribe asked for something.', 'Close it.'),
  );
  return { ok: false, failure };
}

function explainBadRequest(name: CallName, issues: readonly v.BaseIssue<unknown>[]): Failure {
  const [issue] = issues;
  const where = issue === undefined ? '' : ` at "${v.getDotPath(issue) ?? 'request'}": ${issue.message}`;
  return {
    code: 'wrong-usage',
    message: `The request "${name}" does not fit its schema${where}`,
    remedy: 'This is a mistake inside Tilescribe; please report it.',
  };
}
