import { useNavigate } from '@tanstack/react-router';
import { createToken, listTokens } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { ObjectHead } from '../../../parts/ObjectHead';
import { messages } from './messages';
import { TokenForm } from './TokenForm';

/** A token of a machine. */
export function NewTokenPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  return (
    <div className="bh-page">
      <ObjectHead to="/access/tokens" list={t('title')} title={t('new')} />
      <p>{t('new.text')}</p>
      <TokenForm create={(body, options) => createToken({ body }, options)} stale={[listTokens.id]} onDone={() => void navigate({ to: '/access/tokens' })} />
    </div>
  );
}
