import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { queryClient } from '../../client/cache';
import { confirmed, shownError } from '../../client/confirmation';
import { idempotencyKey, type CallOptions } from '../../client/transport';
import { Refused } from '../field/Refused';
import { Button, Form } from '../pf';
import { Problem } from '../Problem';
import { LeaveGuard } from './EditForm';
import { isSame } from './merge';

interface NewObjectProps<Draft, Made> {
  /** What the form begins with. */
  initial: Draft;
  /** The word on the button. */
  action: string;
  create: (draft: Draft, options: CallOptions) => Promise<Made>;
  /** Leads on: to the page of what was made, past the guard of the draft. */
  onMade: (made: Made) => unknown;
  /** The operations whose answers are old afterwards. */
  stale: readonly string[];
  isWide?: boolean;
  /** The fields. */
  children: (draft: Draft, change: (change: Partial<Draft>) => void, error: Error | null) => ReactNode;
}

/** The form of something that does not exist yet. */
export function NewObject<Draft extends object, Made>({ initial, action, create, onMade, stale, isWide = false, children }: NewObjectProps<Draft, Made>) {
  const [key] = useState(idempotencyKey);
  const [draft, setDraft] = useState(initial);
  const creation = useMutation({
    mutationFn: () => confirmed(() => create(draft, { idempotencyKey: key })),
    onSuccess: async (made) => {
      await Promise.all(stale.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
      await onMade(made);
    },
  });
  const error = shownError(creation.error);
  const isMade = creation.isSuccess;
  return (
    <Refused error={error}>
      <Form className={isWide ? 'bh-form bh-form-wide' : 'bh-form'} onSubmit={(event) => { event.preventDefault(); creation.mutate(); }}>
        {children(draft, (change) => { setDraft((before) => ({ ...before, ...change })); }, error)}
        {error && <Problem error={error} />}
        <div className="bh-actions">
          <Button type="submit" isLoading={creation.isPending} isDisabled={creation.isPending || isMade}>{action}</Button>
        </div>
        <LeaveGuard isChanged={!isMade && !isSame(draft, initial)} />
      </Form>
    </Refused>
  );
}
