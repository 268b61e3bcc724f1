import { Link } from '@tanstack/react-router';
import { useMay } from '../../frame/me';
import { HostileText } from '../../parts/HostileText';

/** A registry by its name, or its id where that is not known; the way to it for whoever may see it. */
export function RegistryLink({ id, name }: { id: string; name: string | undefined }) {
  const shown = <HostileText text={name ?? id} />;
  return useMay('registries.read') ? <Link to="/registries/$id" params={{ id }}>{shown}</Link> : shown;
}
