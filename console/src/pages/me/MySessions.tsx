import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { endMyOtherSessions, endMySession, listMySessions } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../../parts/Confirm';
import { HostileText, visible } from '../../parts/HostileText';
import { Loaded } from '../../parts/Loaded';
import { Button } from '../../parts/pf';
import { PlainTable } from '../../parts/PlainTable';
import { Problem } from '../../parts/Problem';
import { Timestamp } from '../../parts/Timestamp';
import { agentOf } from './agent';
import { messages } from './messages';

/** Where one is signed in. */
export function MySessions() {
  const t = useMessages(messages);
  const sessions = useQuery(queryOf(listMySessions, {}));
  const refresh = () => queryClient.invalidateQueries({ queryKey: [listMySessions.id] });
  const end = useMutation({ mutationFn: (id: string) => endMySession({ path: { id } }), onSuccess: refresh });
  const [isAsked, setIsAsked] = useState(false);
  const endOthers = useMutation({
    mutationFn: () => endMyOtherSessions({}),
    onSuccess: () => {
      setIsAsked(false);
      return refresh();
    },
  });
  const headings = [t('session.address'), t('session.agent'), t('session.created'), t('session.last_seen'), t('session.expires'), ''];
  return (
    <>
      <p>{t('sessions.text')}</p>
      {end.error && <Problem error={end.error} />}
      <Loaded isPart query={sessions}>
        {({ items }) => (
          <>
            <PlainTable
              label={t('tab.sessions')}
              headings={headings}
              rows={items.map((session) => ({
                key: session.id,
                cells: [
                  <code key="address">{session.address}</code>,
                  <AgentName key="agent" told={session.user_agent} />,
                  <Timestamp key="created" moment={session.created} />,
                  <Timestamp key="seen" moment={session.last_seen} />,
                  <Timestamp key="expires" moment={session.expires} />,
                  session.is_current
                    ? <span key="end">{t('session.current')}</span>
                    : <Button key="end" variant="link" isInline aria-label={t('session.end_of', { address: session.address })} onClick={() => { end.mutate(session.id); }}>{t('session.end')}</Button>,
                ],
              }))}
            />
            {items.length > 1 && <div className="bh-actions"><Button variant="secondary" onClick={() => { setIsAsked(true); }}>{t('sessions.end_others')}</Button></div>}
          </>
        )}
      </Loaded>
      {isAsked && (
        <Confirm title={t('sessions.end_others')} action={t('sessions.end_others')} isPending={endOthers.isPending} error={endOthers.error} onConfirm={() => { endOthers.mutate(); }} onCancel={() => { setIsAsked(false); }}>
          <p>{t('sessions.end_others.text')}</p>
        </Confirm>
      )}
    </>
  );
}

/** What the browser calls itself, in words; all of it when it is pointed at. */
function AgentName({ told }: { told: string }) {
  const t = useMessages(messages);
  const { browser, system } = agentOf(told);
  if (browser === null) return told === '' ? t('session.agent.none') : <HostileText text={told} longest={60} />;
  return <span title={visible(told)}>{system === null ? browser : t('session.agent.of', { browser, system })}</span>;
}
