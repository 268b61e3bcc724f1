// Editing an object that others may edit too: the draft is kept until it is saved or given up, and a save on top of somebody
// else's change asks first.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { confirmed, shownError } from '../../client/confirmation';
import { hasCode } from '../../client/failure';
import type { Answer } from '../../client/transport';
import { collisions, isSame, merged, type Collision } from './merge';

interface Asked<Whole, Draft extends object> {
  /** The object as it was read, with its `ETag`. */
  answer: Answer<Whole>;
  /** The key under which it was read: what was saved is put there. */
  queryKey: readonly unknown[];
  /** What of it is edited. */
  draftOf: (whole: Whole) => Draft;
  /** Reads it anew. */
  read: () => Promise<Answer<Whole>>;
  save: (draft: Draft, etag: string | null) => Promise<Answer<Whole>>;
  /** The operations whose answers are old afterwards. */
  stale: readonly string[];
}

export interface Edit<Draft> {
  draft: Draft;
  change: (change: Partial<Draft>) => void;
  isChanged: boolean;
  isPending: boolean;
  /** Counts saves, for what tells that it was saved. */
  saves: number;
  error: Error | null;
  /** Somebody else saved meanwhile. */
  conflict: Conflict | null;
  save: () => void;
  /** Gives the draft up. */
  discard: () => void;
}

export interface Conflict {
  /** What both changed. */
  collisions: readonly Collision[];
  /** Goes on with one's own changes on top of theirs. */
  keep: () => void;
}

export function useEdit<Whole, Draft extends object>({ answer, queryKey, draftOf, read, save, stale }: Asked<Whole, Draft>): Edit<Draft> {
  const [kept, setKept] = useState<{ basis: Answer<Whole>; draft: Draft } | null>(null);
  const [theirs, setTheirs] = useState<Answer<Whole> | null>(null);
  const [saves, setSaves] = useState(0);
  const basis = kept?.basis ?? answer;
  const draft = kept?.draft ?? draftOf(answer.data);
  const saving = useMutation({
    mutationFn: (sent: Draft) => confirmed(() => save(sent, basis.etag)),
    onSuccess: async (saved, sent) => {
      queryClient.setQueryData(queryKey, saved);
      // What was typed while the answer was on its way is not saved yet: it goes on from what is.
      setKept((now) => (now && !isSame(now.draft, sent) ? { basis: saved, draft: merged(sent, now.draft, draftOf(saved.data)) } : null));
      setSaves((before) => before + 1);
      await Promise.all(stale.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
    },
    onError: async (error) => {
      if (hasCode(error, 'object.changed')) setTheirs(await read());
    },
  });
  const conflict: Conflict | null = theirs && {
    collisions: collisions(draftOf(basis.data), draft, draftOf(theirs.data)),
    keep: () => {
      setKept({ basis: theirs, draft: merged(draftOf(basis.data), draft, draftOf(theirs.data)) });
      setTheirs(null);
      saving.reset();
    },
  };
  return {
    draft,
    change: (change) => {
      setKept((now) => ({ basis: now?.basis ?? answer, draft: { ...(now?.draft ?? draftOf(answer.data)), ...change } }));
    },
    isChanged: kept !== null && !isSame(kept.draft, draftOf(kept.basis.data)),
    isPending: saving.isPending,
    saves,
    error: conflict ? null : shownError(saving.error),
    conflict,
    save: () => { saving.mutate(draft); },
    discard: () => {
      if (theirs) queryClient.setQueryData(queryKey, theirs);
      setKept(null);
      setTheirs(null);
      saving.reset();
    },
  };
}
