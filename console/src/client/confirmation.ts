// What is dangerous needs one's password again where it was not given lately: the server says so, a dialog asks for it, and
// what was refused is done once more.
import { useSyncExternalStore } from 'react';
import { hasCode } from './failure';

/** The reader closed the dialog: nothing was done, and nothing is wrong. */
export class NotConfirmed extends Error {
  constructor() {
    super('The password was not given.');
    this.name = 'NotConfirmed';
  }
}

export interface Question {
  /** The password was right. */
  done: () => void;
  /** The reader does not want to any more. */
  giveUp: () => void;
}

let question: Question | null = null;
const listeners = new Set<() => void>();

/** Does something, asks for the password where the server wants it, and does it again. */
export async function confirmed<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!hasCode(error, 'access.confirmation_needed')) throw error;
    await ask();
    return run();
  }
}

/** An error as it is shown: that the reader gave up is none, and of a session that ended its own dialog tells. */
export function shownError(error: Error | null): Error | null {
  return error instanceof NotConfirmed || hasCode(error, 'access.unauthenticated') ? null : error;
}

/** What the dialog is asked, if anything. */
export function useQuestion(): Question | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => question,
  );
}

function ask(): Promise<void> {
  // One dialog at a time: whoever waited before gets the answer of the new one.
  const before = question;
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => () => {
      put(null);
      finish();
    };
    put({
      done: end(() => { before?.done(); resolve(); }),
      giveUp: end(() => { before?.giveUp(); reject(new NotConfirmed()); }),
    });
  });
}

function put(next: Question | null): void {
  question = next;
  for (const listener of listeners) listener();
}
