import { useEffect, useState } from 'react';
import { useMessages } from '../i18n/language';
import { messages } from './messages';
import { Button } from './pf';

/** How long a number that moves has to rest before it is told aloud once more. */
const REST_MS = 10_000;

interface NewsProps {
  /** The list that it is new in: a page may have several. */
  of: string;
  count: number;
  onShow: () => void;
}

/** That something came meanwhile, and the button that shows it. */
export function News({ of, count, onShow }: NewsProps) {
  const t = useMessages(messages);
  const told = useTold(count);
  return (
    <>
      {count > 0 && <Button variant="secondary" size="sm" onClick={onShow}>{t('news', { count })}</Button>}
      <span role="status" className="bh-hidden">{told > 0 ? t('news.told', { list: of, count: told }) : ''}</span>
    </>
  );
}

/** The number that is told aloud: the first one at once, further ones where they rest. */
function useTold(count: number): number {
  const [told, setTold] = useState(0);
  useEffect(() => {
    if (count === told) return;
    const timer = setTimeout(() => { setTold(count); }, told === 0 || count === 0 ? 0 : REST_MS);
    return () => { clearTimeout(timer); };
  }, [count, told]);
  return told;
}
