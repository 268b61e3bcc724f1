import { Link } from '@tanstack/react-router';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../EmptyState';
import { messages } from './messages';
import ScanCommand from './ScanCommand';

/** Where nothing is known because there is no image: how the first one comes. */
export default function NoImages() {
  const t = useMessages(messages);
  const mayAdd = useMay('registries.write');
  return (
    <EmptyState title={t('images.none')}>
      <p>{t('images.none.text')}</p>
      {mayAdd && <p><Link to="/registries/new">{t('images.none.registry')}</Link></p>}
      <p>{t('images.none.command')}</p>
      <ScanCommand />
    </EmptyState>
  );
}
