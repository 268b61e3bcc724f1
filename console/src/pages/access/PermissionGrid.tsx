import '@patternfly/react-styles/css/components/Table/table.css';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { listPermissions } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { ACTIONS, AREAS } from '../../i18n/permissions/permissions';
import { useRefusal } from '../../parts/field/refused';
import { Problem } from '../../parts/Problem';
import { useAccessWords } from './words/words';

/** The rows stand there before the server says what is in them: nothing below them moves. */
const AWAITED = AREAS.map((area) => ({ area, permissions: [] as readonly string[] }));

interface PermissionGridProps {
  label: string;
  help?: string;
  chosen: readonly string[];
  onChosen: (permissions: string[]) => void;
  /** Which may be chosen; all where it is absent. */
  isOffered?: (permission: string) => boolean;
}

/** Areas as rows, what can be done there as columns. */
export function PermissionGrid({ label, help, chosen, onChosen, isOffered = () => true }: PermissionGridProps) {
  const words = useAccessWords();
  const id = useId();
  const refusal = useRefusal('permissions', label);
  const areas = useQuery({ ...queryOf(listPermissions, {}), staleTime: Infinity });
  if (areas.error) return <Problem error={areas.error} onRetry={() => void areas.refetch()} />;
  const known = areas.data?.items ?? [];
  // In the order of the server, so that a change and its reversal leave nothing behind.
  const order = known.flatMap((area) => area.permissions);
  const toggle = (permission: string) => {
    const next = chosen.includes(permission) ? chosen.filter((one) => one !== permission) : [...chosen, permission];
    onChosen(next.toSorted((left, right) => order.indexOf(left) - order.indexOf(right)));
  };
  return (
    <fieldset className="bh-pick" aria-busy={areas.isPending} aria-describedby={refusal ? id : undefined}>
      <legend>{label}</legend>
      {help && <p className="bh-quiet">{help}</p>}
      {refusal && <p id={id} className="bh-field-error">{refusal}</p>}
      <div className="bh-scroll" tabIndex={0} role="region" aria-label={label}>
        <table className="pf-v6-c-table pf-m-compact bh-grid">
          <thead className="pf-v6-c-table__thead">
            <tr className="pf-v6-c-table__tr">
              <td className="pf-v6-c-table__td" />
              {ACTIONS.map((action) => <th key={action} scope="col" className="pf-v6-c-table__th">{words.action(action)}</th>)}
            </tr>
          </thead>
          <tbody className="pf-v6-c-table__tbody">
            {(areas.data?.items ?? AWAITED).map(({ area, permissions }) => (
              <tr key={area} className="pf-v6-c-table__tr">
                <th scope="row" className="pf-v6-c-table__th">{words.area(area)}</th>
                {ACTIONS.map((action) => {
                  const permission = `${area}.${action}`;
                  return (
                    <td key={action} className="pf-v6-c-table__td">
                      {permissions.includes(permission) && (
                        <input
                          type="checkbox"
                          aria-label={words.permission(permission)}
                          title={permission}
                          checked={chosen.includes(permission)}
                          disabled={!isOffered(permission)}
                          onChange={() => { toggle(permission); }}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}
