import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { RefusalsContext } from './refused';

const NONE: ReadonlyMap<string, ReactNode> = new Map();

/** A form whose fields tell by themselves what the server refused of them. */
export function Refused({ error, children }: { error: unknown; children: ReactNode }) {
  const [labels, setLabels] = useState(NONE);
  const tell = useCallback((member: string, label: ReactNode) => {
    setLabels((before) => new Map(before).set(member, label));
    return () => {
      setLabels((before) => {
        const after = new Map(before);
        after.delete(member);
        return after;
      });
    };
  }, []);
  const refusals = useMemo(() => ({ error, labels, tell }), [error, labels, tell]);
  return <RefusalsContext value={refusals}>{children}</RefusalsContext>;
}
