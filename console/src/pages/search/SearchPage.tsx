import { Link, useNavigate, useSearch, type LinkProps } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Image } from '../../client/generated';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { ImageName } from '../../parts/ImageName';
import { Problem } from '../../parts/Problem';
import { questionOf, type Group } from '../../parts/search/question';
import { detailOf, imagesWith, targetOf } from '../../parts/search/target';
import { useFound } from '../../parts/search/useFound';
import { useSearchWords } from '../../parts/search/useSearchWords';
import { Skeleton } from '../../parts/Skeleton';
import { WhyThere } from '../../parts/why/WhyThere';
import { messages } from './messages';

/** Hits of each kind: as many as the server tells at once. */
const SHOWN = 20;

/** How long typing waits before the address has it. */
const TYPING_MS = 400;

/** Everything that is called as the address says, by kind. */
export function SearchPage() {
  const t = useMessages(messages);
  const w = useSearchWords();
  const [typed, setTyped] = useTyped();
  const [isConverting, setIsConverting] = useState(false);
  const found = useFound(typed, isConverting, SHOWN);
  const { text } = questionOf(typed);
  const isEmpty = found.groups.length === 0 && found.images.length === 0;
  return (
    <div className="bh-page">
      <h1>{t('title')}</h1>
      <search className="bh-search">
        <input
          type="search"
          aria-label={t('label')}
          placeholder={t('label')}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={typed}
          onChange={(event) => { setTyped(event.target.value); }}
          onCompositionStart={() => { setIsConverting(true); }}
          onCompositionEnd={() => { setIsConverting(false); }}
        />
      </search>
      {found.error && <Problem error={found.error} onRetry={found.retry} />}
      {text === '' && <EmptyState title={t('empty.title')}><p>{t('empty.text')}</p></EmptyState>}
      {found.isPending && isEmpty && <Skeleton width="long" />}
      {text !== '' && !found.isPending && !found.error && isEmpty && (
        <p role="status">{w.nothing(text)}</p>
      )}
      {found.packageVersion !== null && found.images.length > 0 && (
        <ImagesWith packageVersion={found.packageVersion} images={found.images} count={found.imageCount} />
      )}
      {found.groups.map((group) => <Hits key={group.kind} group={group} />)}
    </div>
  );
}

/** What stands in the field: at first what the address says, which follows it once typing rests. */
function useTyped(): [string, (typed: string) => void] {
  const { q = '' }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [draft, setDraft] = useState<{ typed: string; of: string } | null>(null);
  const typed = draft?.of === q ? draft.typed : q;
  useEffect(() => {
    if (typed === q) return;
    const timer = setTimeout(() => void navigate({ to: '/search', search: { q: typed }, replace: true }), TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [typed, q, navigate]);
  return [typed, (next) => { setDraft({ typed: next, of: q }); }];
}

function ImagesWith({ packageVersion, images, count }: { packageVersion: string; images: readonly Image[]; count: number | null }) {
  const w = useSearchWords();
  return (
    <section>
      <h2>{w.imagesWith(packageVersion)}</h2>
      <ul className="bh-lines" role="list">
        {images.map((image) => (
          <li key={image.digest}>
            <WhyThere decision={image.decision} digest={image.digest} />
            <ImageName name={image.name} digest={image.digest} />
          </li>
        ))}
      </ul>
      <Link {...(imagesWith(packageVersion) as LinkProps)}>{w.allImagesWith(packageVersion, count)}</Link>
    </section>
  );
}

function Hits({ group }: { group: Group }) {
  const w = useSearchWords();
  return (
    <section>
      <h2>{w.kind(group.kind)}</h2>
      <ul className="bh-lines" role="list">
        {group.hits.map((hit) => (
          <li key={hit.id}>
            <Link {...(targetOf(hit) as LinkProps)}><HostileText text={hit.title} /></Link>
            <span className="bh-quiet"><HostileText text={detailOf(hit)} /></span>
          </li>
        ))}
      </ul>
    </section>
  );
}
