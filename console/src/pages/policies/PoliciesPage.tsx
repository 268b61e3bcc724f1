import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listPolicies, type Policy } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { CountLink } from '../../parts/CountLink';
import { HostileText, visible } from '../../parts/HostileText';
import type { Column } from '../../parts/table/definition';
import { ListPage } from '../../parts/table/ListPage';
import type { FilterKey } from '../../parts/table/filter';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { saidInJapanese } from './builtins.ja';
import { outlineOf } from './document/outline';
import { messages } from './messages';
import { ModeMark } from './ModeMark';

const source = listOf(listPolicies, {});

const VERSIONS = { tab: 'versions' };

/** All policies: what each asks, where, and whether it denies. */
export function PoliciesPage() {
  const t = useMessages(messages);
  const columns = usePolicyColumns();
  const filters = useMemo<readonly FilterKey[]>(() => (['name', 'author', 'changed'] as const).map((key) => ({ key, label: t(key) })), [t]);
  const mayWrite = useMay('policies.write');
  return (
    <ListPage
      resource="policies"
      title={t('title')}
      create={{ to: '/policies/new', label: t('new'), isAllowed: mayWrite }}
      nothing={{ title: t('empty.title'), text: t('empty.text') }}
      source={source}
      columns={columns}
      filters={filters}
      defaultSort="name"
      rowKey={(policy) => policy.id}
    />
  );
}

function usePolicyColumns(): readonly Column<Policy>[] {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(
    () => [
      { id: 'name', title: t('name'), width: 13, sort: { key: 'name' }, cell: (policy) => <Link to="/policies/$id" params={{ id: policy.id }}><HostileText text={policy.name} /></Link> },
      { id: 'mode', title: t('mode'), width: 10, cell: (policy) => <ModeMark policy={policy} /> },
      { id: 'description', title: t('description'), width: 17, cell: (policy) => <HostileText text={format.language === 'ja' ? saidInJapanese(policy.description ?? '') : (policy.description ?? '')} /> },
      {
        id: 'scope',
        title: t('scope'),
        width: 13,
        cell: (policy) => {
          const variables = outlineOf(policy.document)?.scope?.variables ?? [];
          return variables.length === 0 ? t('scope.everything') : <HostileText text={variables.map(({ attribute, value }) => `${attribute} = ${value}`).join(', ')} />;
        },
      },
      { id: 'controls', title: t('controls'), width: 6, isNumber: true, cell: (policy) => <Controls policy={policy} /> },
      { id: 'version', title: t('version'), width: 6, isNumber: true, isHidden: true, cell: (policy) => <CountLink shown={format.number(policy.version)} says={t('versions.of', { version: policy.version, name: visible(policy.name) })} isLink to="/policies/$id" params={{ id: policy.id }} search={VERSIONS} /> },
      { id: 'author', title: t('author'), width: 7, cell: (policy) => <HostileText text={policy.author} /> },
      { id: 'changed', title: t('changed'), width: 9, sort: { key: 'changed', isGreatestFirst: true }, cell: (policy) => <Timestamp moment={policy.changed} /> },
    ],
    [t, format],
  );
}

function Controls({ policy }: { policy: Policy }) {
  const t = useMessages(messages);
  const format = useFormat();
  const count = outlineOf(policy.document)?.controls.length ?? 0;
  return <CountLink shown={format.number(count)} says={t('controls.of', { count, name: visible(policy.name) })} isLink={count > 0} to="/policies/$id" params={{ id: policy.id }} />;
}
