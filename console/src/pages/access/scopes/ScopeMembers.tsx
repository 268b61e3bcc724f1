import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { countRows, type RowCount } from '../../../client/generated';
import { queryOf, toldAs } from '../../../client/queries';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { imageFilter } from './members';
import { messages } from './messages';
import type { ScopeDraft } from './ScopeFields';

/** Typing is waited for. */
const PAUSE_MS = 300;

/** How many images belong to the scope as it is typed. */
export function ScopeMembers({ draft }: { draft: ScopeDraft }) {
  const t = useMessages(messages);
  const mayRead = useMay('images.read');
  const filter = useLate(imageFilter(draft.expression, draft.variables));
  const found = useQuery({ ...queryOf(countRows, { query: { resource: 'images', filter: filter ?? '' } }), enabled: mayRead && filter !== null });
  if (!mayRead) return null;
  const said = (counted: RowCount) => {
    const told = toldAs(counted);
    return told === 'unknown' ? t('members.now.unknown') : t(told === 'more' ? 'members.now.more' : 'members.now', { count: counted.count });
  };
  return (
    <p role="status">
      {filter === null && draft.variables.every((variable) => variable.value !== '') && <span className="bh-quiet">{t('members.untold')}</span>}
      {filter !== null && found.data && <>{said(found.data)} <Link to="/images" search={{ filter }}>{t('members.show')}</Link></>}
    </p>
  );
}

function useLate<Value>(value: Value): Value {
  const [late, setLate] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setLate(value); }, PAUSE_MS);
    return () => { clearTimeout(timer); };
  }, [value]);
  return late;
}
