import '../../styles/assurance.css';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { listExceptions } from '../../client/generated';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import ExceptionDialog from '../../parts/exception/ExceptionDialog';
import { messages as dialog } from '../../parts/exception/messages';
import { Button } from '../../parts/pf';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { useExceptionColumns, useExceptionFilters } from './columns';
import { messages } from './messages';
import { STATES } from './state';

const source = listOf(listExceptions, {});

const TOPICS = ['exception.*'];

const NOTHING_KNOWN = {};

/** Who accepted which risk, why, until when. */
export function ExceptionsPage() {
  const t = useMessages(messages);
  const d = useMessages(dialog);
  const navigate = useNavigate();
  const columns = useExceptionColumns();
  const filters = useExceptionFilters();
  const search: Search = useSearch({ strict: false });
  const state = STATES.find((known) => known === search.state);
  const mayAsk = useMay('exceptions.write');
  const ask = (isOpen: boolean) => void navigate({ to: '.', search: (before: Search) => ({ ...before, new: isOpen ? 'true' : undefined }), ignoreBlocker: !isOpen });
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayAsk && <Button onClick={() => { ask(true); }}>{d('open')}</Button>}
      </div>
      <nav className="bh-choices" aria-label={t('states')}>
        {[undefined, ...STATES].map((one) => (
          <Link key={one ?? ''} to="/exceptions" search={one ? { state: one } : {}} aria-current={one === state ? 'page' : undefined} activeOptions={{ exact: true }}>
            {t(one ? `state.${one}` : 'state.all')}
          </Link>
        ))}
      </nav>
      <ResourceTable
        resource="exceptions"
        label={t('title')}
        source={source}
        columns={columns}
        filters={filters}
        fixedFilter={state ? `state:${state}` : ''}
        rowKey={(exception) => exception.id}
        topics={TOPICS}
        empty={state ? <EmptyState title={t('empty.state')} actions={<Link to="/exceptions">{t('empty.all')}</Link>} /> : <EmptyState title={t('empty.title')}><p>{t('empty.text')}</p></EmptyState>}
      />
      {search.new === 'true' && mayAsk && (
        <ExceptionDialog
          prefill={NOTHING_KNOWN}
          onClose={() => { ask(false); }}
          onDone={(exception) => void navigate({ to: '/exceptions/$id', params: { id: exception.id }, ignoreBlocker: true })}
        />
      )}
    </div>
  );
}
