import '@patternfly/react-styles/css/components/Table/table.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { listPermissions, listRoles, type Role } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import { Icon } from '../../../parts/icons';
import { Problem } from '../../../parts/Problem';
import { PageSkeleton } from '../../../parts/Skeleton';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { nearestPreset, type Comparison } from './compare';
import { messages } from './messages';

/** Permissions as rows, roles as columns. */
export function Matrix() {
  const t = useMessages(messages);
  const words = useAccessWords();
  const areas = useQuery({ ...queryOf(listPermissions, {}), staleTime: Infinity });
  const roles = useAll(listRoles);
  const error = areas.error ?? roles.error;
  if (error) return <Problem error={error} onRetry={() => { if (areas.error) void areas.refetch(); if (roles.error) roles.retry(); }} />;
  if (!areas.data || roles.isPending) return <PageSkeleton />;
  // Presets first: the others are read against them.
  const shown = roles.items.toSorted((left, right) => Number(right.is_preset) - Number(left.is_preset));
  const nearest = new Map(shown.map((role) => [role.id, nearestPreset(role, shown)]));
  return (
    <>
      <p className="bh-quiet">{t('matrix.text')}</p>
      <div className="bh-scroll bh-matrix" tabIndex={0} role="region" aria-label={t('view.matrix')}>
        <table className="pf-v6-c-table pf-m-compact">
          <thead className="pf-v6-c-table__thead">
            <tr className="pf-v6-c-table__tr">
              <th scope="col" className="pf-v6-c-table__th">{t('matrix.permission')}</th>
              {shown.map((role) => (
                <th key={role.id} scope="col" className="pf-v6-c-table__th">
                  <Link to="/access/roles/$id" params={{ id: role.id }}><HostileText text={words.role(role)} /></Link>
                  {role.is_preset && <small className="bh-quiet">{t('preset')}</small>}
                </th>
              ))}
            </tr>
          </thead>
          {areas.data.items.map(({ area, permissions }) => (
            <tbody key={area} className="pf-v6-c-table__tbody">
              {permissions.map((permission) => (
                <tr key={permission} className="pf-v6-c-table__tr">
                  <th scope="row" className="pf-v6-c-table__th" title={permission}>{words.permission(permission)}</th>
                  {shown.map((role) => <Cell key={role.id} role={role} permission={permission} nearest={nearest.get(role.id) ?? null} />)}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </>
  );
}

function Cell({ role, permission, nearest }: { role: Role; permission: string; nearest: Comparison | null }) {
  const t = useMessages(messages);
  const words = useAccessWords();
  const isAllowed = role.permissions.includes(permission);
  const preset = nearest ? words.role(nearest.preset) : '';
  const isAdded = nearest?.added.has(permission) ?? false;
  const isMissing = nearest?.missing.has(permission) ?? false;
  const says = isAdded ? t('cell.added', { preset }) : isMissing ? t('cell.missing', { preset }) : t(isAllowed ? 'cell.yes' : 'cell.no');
  return (
    <td className={isAdded || isMissing ? 'pf-v6-c-table__td bh-matrix-differs' : 'pf-v6-c-table__td'} title={says}>
      {isAllowed && <Icon name="check" className="bh-decision-allow" />}
      {isAdded && <Icon name="plus" className="bh-matrix-sign" />}
      {isMissing && <Icon name="none" className="bh-decision-deny" />}
      <span className="bh-hidden">{says}</span>
    </td>
  );
}
