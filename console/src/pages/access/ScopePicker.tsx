import { listScopes } from '../../client/generated';
import { useMay, useMe } from '../../frame/me';
import { PickList } from '../../parts/PickList';
import { Problem } from '../../parts/Problem';
import { useAll } from './all';

interface ScopePickerProps {
  label: string;
  help: string;
  /** What is said where there is no application scope. */
  none: string;
  chosen: readonly string[];
  onChosen: (ids: string[]) => void;
}

/** The application scopes that something is limited to. That there are none is said only where they were looked at. */
export function ScopePicker({ label, help, none, chosen, onChosen }: ScopePickerProps) {
  const maySee = useMay('access.read');
  const own = useMe().scopes ?? [];
  const scopes = useAll(listScopes, maySee);
  if (scopes.error) return <Problem error={scopes.error} onRetry={scopes.retry} />;
  // Whoever may not see them all chooses from those that limit them.
  const options = maySee
    ? scopes.items.map(({ id, name, description }) => ({ id, label: name, description }))
    : own.map(({ id, name }) => ({ id, label: name, description: '' }));
  return <PickList member="scopes" label={label} help={help} empty={maySee && !scopes.isPending && <p>{none}</p>} options={options} chosen={chosen} onChosen={onChosen} />;
}
