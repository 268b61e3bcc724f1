import { Link } from '@tanstack/react-router';
import type { Search } from '../../../frame/routes';
import { useFormat, useMessages } from '../../../i18n/language';
import { messages } from './messages';

/**
 * The number of the layer that brought something, which leads to what made that layer: its digest and its command are in the
 * report, which may have many megabytes. Filter and order belong to the list that is left.
 */
export function LayerLink({ layer }: { layer: number }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <Link
      to="."
      search={(before: Search) => ({ ...before, tab: 'layers', layer: String(layer), filter: undefined, sort: undefined, cols: undefined })}
      resetScroll={false}
      aria-label={t('layer.open', { number: format.number(layer) })}
    >
      {format.number(layer)}
    </Link>
  );
}
