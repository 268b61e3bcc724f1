import { useMutation } from '@tanstack/react-query';
import { useNavigate, type LinkProps } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { queryClient } from '../client/cache';
import { confirmed, shownError } from '../client/confirmation';
import { Confirm } from './Confirm';
import { Button } from './pf';

interface RemoveProps {
  title: string;
  action: string;
  /** What goes with it, and what stays. */
  text: ReactNode;
  run: () => Promise<unknown>;
  /** Where the reader is afterwards. */
  to: LinkProps['to'];
  /** The operations whose answers are old afterwards. */
  stale: readonly string[];
}

/** The button that removes an object, and the question before it. */
export function Remove({ title, action, text, run, to, stale }: RemoveProps) {
  const navigate = useNavigate();
  const [isAsked, setIsAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => confirmed(run),
    onSuccess: async () => {
      await navigate({ to: to as '/', ignoreBlocker: true });
      await Promise.all(stale.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
    },
  });
  return (
    <>
      <Button variant="link" isDanger onClick={() => { setIsAsked(true); }}>{action}</Button>
      {isAsked && (
        <Confirm
          title={title}
          action={action}
          isDanger
          isPending={remove.isPending}
          error={shownError(remove.error)}
          onConfirm={() => { remove.mutate(); }}
          onCancel={() => { setIsAsked(false); remove.reset(); }}
        >
          <p>{text}</p>
        </Confirm>
      )}
    </>
  );
}
