// Begins the jobs of a bulk change, one for each part of the selection. Where the number of objects has moved, the reader is
// asked again with the new one; what was begun before that goes on and is not begun twice.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { confirmed } from '../../client/confirmation';
import { Failure, hasCode } from '../../client/failure';
import type { Job } from '../../client/generated';
import { idempotencyKey, type CallOptions } from '../../client/transport';
import type { Part } from './parts';

export interface Moved {
  before: number;
  /** Whether there may have been more before. */
  isLeast: boolean;
  now: number;
}

export interface Bulk {
  /** The parts with the numbers that the reader has seen last. */
  parts: readonly Part[];
  begin: () => void;
  isPending: boolean;
  /** What went wrong, but for a number that moved. */
  error: Error | null;
  moved: Moved | null;
}

export function useBulk(first: readonly Part[], send: (part: Part, options: CallOptions) => Promise<Job>, onBegun: (jobs: readonly Job[]) => void): Bulk {
  const [parts, setParts] = useState(first);
  const [jobs, setJobs] = useState<readonly Job[]>([]);
  const [moved, setMoved] = useState<Moved | null>(null);
  const [key] = useState(idempotencyKey);
  const run = useMutation({
    mutationFn: async () => {
      const begun = [...jobs];
      for (const [at, part] of parts.entries()) {
        if (at < begun.length) continue;
        try {
          begun.push(await confirmed(() => send(part, { idempotencyKey: `${key}-${at}-${part.expected}` })));
        } catch (error) {
          setJobs(begun);
          const now = foundOf(error);
          if (now === null) throw error;
          setParts((before) => before.map((one, index) => (index === at ? { ...one, expected: now, isLeast: false } : one)));
          setMoved({ before: part.expected, isLeast: part.isLeast, now });
          return null;
        }
      }
      return begun;
    },
    onSuccess: (begun) => { if (begun) onBegun(begun); },
  });
  return { parts, begin: () => { setMoved(null); run.mutate(); }, isPending: run.isPending, error: run.error, moved };
}

function foundOf(error: unknown): number | null {
  if (!(error instanceof Failure) || !hasCode(error, 'bulk.moved')) return null;
  const { found } = error.parameters;
  return typeof found === 'number' ? found : null;
}
