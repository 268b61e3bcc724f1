import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useFormat, useMessages } from '../../i18n/language';
import type { Figure } from './figures';
import { messages } from './messages';

/** Figures beside one another, each the link to exactly the rows that it counts. */
export function Figures<Name extends string>({ figures, say }: { figures: readonly Figure<Name>[]; say: (name: Name, count: number) => ReactNode }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <ul className="bh-tiles" role="list">
      {figures.map(({ name, count, most, told, to, search }) => (
        <li key={name} className="bh-tile">
          <Link to={to} search={search}>
            <b>{told === 'unknown' ? t('uncounted') : told === 'more' ? t('more', { count }) : most !== undefined && count >= most ? t('many', { count: most }) : format.number(count)}</b>
            <span>{say(name, count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
