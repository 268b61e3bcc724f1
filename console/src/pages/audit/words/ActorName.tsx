import { HostileText } from '../../../parts/HostileText';
import { useAuditWords } from './words';

/** Who did something: the sort of it, and its name where that says more. */
export function ActorName({ kind, name }: { kind: string; name: string }) {
  const words = useAuditWords();
  return <>{words.kind(kind)}{name !== kind && name !== '' && <> <HostileText text={name} /></>}</>;
}
