import { listRoles } from '../../client/generated';
import { PickList } from '../../parts/PickList';
import { Problem } from '../../parts/Problem';
import { useAll } from './all';
import { useAccessWords } from './words/words';

interface RolePickerProps {
  label: string;
  help?: string;
  chosen: readonly string[];
  onChosen: (ids: string[]) => void;
}

/** The roles that somebody or a group holds. */
export function RolePicker({ label, help, chosen, onChosen }: RolePickerProps) {
  const words = useAccessWords();
  const roles = useAll(listRoles);
  if (roles.error) return <Problem error={roles.error} onRetry={roles.retry} />;
  const options = roles.items.map((role) => ({ id: role.id, label: words.role(role), description: words.roleText(role) }));
  return <PickList member="roles" label={label} help={help} options={options} chosen={chosen} onChosen={onChosen} />;
}
