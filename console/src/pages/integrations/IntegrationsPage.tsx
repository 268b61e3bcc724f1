import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listIntegrations, type Integration, type Target } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import type { Column } from '../../parts/table/definition';
import { ListPage } from '../../parts/table/ListPage';
import type { FilterKey } from '../../parts/table/filter';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { IntegrationState } from './IntegrationState';
import { messages } from './messages';

const source = listOf(listIntegrations, {});

/** Who outside is told of what happens. */
export function IntegrationsPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const mayWrite = useMay('integrations.write');
  const columns = useMemo<readonly Column<Integration>[]>(
    () => [
      { id: 'name', title: t('name'), width: 12, sort: { key: 'name' }, cell: (one) => <Link to="/integrations/$id" params={{ id: one.id }}><HostileText text={one.name} /></Link> },
      { id: 'kind', title: t('kind'), width: 10, cell: (one) => t(`kind.${one.target.kind}`) },
      { id: 'state', title: t('state'), width: 11, cell: (one) => <IntegrationState integration={one} /> },
      { id: 'target', title: t('target'), width: 18, cell: (one) => <HostileText text={placeOf(one.target)} /> },
      { id: 'topics', title: t('topics'), width: 14, cell: (one) => (one.topics.includes('*') ? t('topics.all') : <code>{one.topics.join(', ')}</code>) },
      { id: 'delivered', title: t('delivered'), width: 9, cell: (one) => (one.delivered ? <Timestamp moment={one.delivered} /> : t('never')) },
      { id: 'waiting', title: t('waiting'), width: 6, isNumber: true, cell: (one) => (one.has_more_waiting ? t('waiting.more', { count: format.number(one.waiting) }) : format.number(one.waiting)) },
      { id: 'changed', title: t('changed'), width: 9, isHidden: true, cell: (one) => <Timestamp moment={one.changed} /> },
    ],
    [t, format],
  );
  const filters = useMemo<readonly FilterKey[]>(
    () => [
      { key: 'kind', label: t('kind'), values: (['webhook', 'slack', 'email'] as const).map((kind) => ({ value: kind, label: t(`kind.${kind}`) })) },
      { key: 'name', label: t('name') },
      { key: 'topic', label: t('topics') },
    ],
    [t],
  );
  return (
    <ListPage
      resource="integrations"
      title={t('title')}
      create={{ to: '/integrations/new', label: t('new'), isAllowed: mayWrite }}
      nothing={{ title: t('empty.title'), text: t('empty.text') }}
      source={source}
      columns={columns}
      filters={filters}
      defaultSort="name"
      rowKey={(one) => one.id}
    />
  );
}

function placeOf(target: Target): string {
  if (target.kind === 'webhook') return target.url;
  return target.kind === 'email' ? target.to.join(', ') : '';
}
