import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import { showVerdict } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { verdictOf } from '../../client/verdict';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { Problem } from '../Problem';
import { Skeleton } from '../Skeleton';
import Explanation from './Explanation';
import { messages } from './messages';

/** Why a verdict is what it is: always in the same order, from the decision to what can be done. */
export default function WhyDrawer({ digest, onClose }: { digest: string; onClose: () => void }) {
  const t = useMessages(messages);
  const title = useId();
  const drawer = useRef<HTMLElement>(null);
  const verdict = useQuery(queryOf(showVerdict, { query: { image: digest } }));
  useEffect(() => {
    const before = document.activeElement;
    drawer.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside
      className="bh-drawer"
      ref={drawer}
      tabIndex={-1}
      aria-labelledby={title}
      onKeyDown={(event) => { if (event.key === 'Escape') onClose(); }}
    >
      <header className="bh-drawer-head">
        <h2 id={title}>{t('title')}</h2>
        <button type="button" className="bh-icon-button" aria-label={t('close')} onClick={() => { onClose(); }}>
          <Icon name="close" />
        </button>
      </header>
      {verdict.isPending && <p role="status" aria-label={t('loading')}><Skeleton width="long" /><Skeleton /></p>}
      {verdict.error && <Problem error={verdict.error} onRetry={() => void verdict.refetch()} />}
      {verdict.data && <Explanation verdict={verdictOf(verdict.data)} json={verdict.data} />}
    </aside>
  );
}
