import { Link } from '@tanstack/react-router';
import { useMessages } from '../i18n/language';
import { messages } from './messages';

/** An address that leads nowhere. */
export function NotFound() {
  const t = useMessages(messages);
  return (
    <main id="main" className="bh-page" tabIndex={-1}>
      <h1>{t('not_found.title')}</h1>
      <p>{t('not_found.text')}</p>
      <p>
        <Link to="/">{t('not_found.home')}</Link>
      </p>
    </main>
  );
}
