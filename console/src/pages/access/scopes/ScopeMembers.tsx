import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { listImages } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
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
  const found = useQuery({ ...queryOf(listImages, { query: { limit: 1, filter: filter ?? '' } }), enabled: mayRead && filter !== null });
  if (!mayRead) return null;
  const total = filter === null ? null : found.data?.total;
  return (
    <p role="status">
      {filter === null && draft.variables.every((variable) => variable.value !== '') && <span className="bh-quiet">{t('members.untold')}</span>}
      {filter !== null && typeof total === 'number' && <>{t('members.now', { count: total })} <Link to="/images" search={{ filter }}>{t('members.show')}</Link></>}
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
