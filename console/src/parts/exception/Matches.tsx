import { skipToken, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { previewException, previewRequestedException, type ExceptionPreview, type ExceptionRequest, type PolicyException } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { sayProblem } from '../../i18n/problems';
import { HostileText } from '../HostileText';
import { VerdictMark } from '../marks';
import { PlainTable } from '../PlainTable';
import { Skeleton } from '../Skeleton';
import { WhyThere } from '../why/WhyThere';
import { messages } from './messages';
import { isPlaced, requestOf, saysWhat, type ExceptionDraft } from './terms';

/** Typing waits this long before the server judges. */
const TYPING_MS = 500;

/** So many images are drawn in the dialog. */
const MOST_SHOWN = 20;

/** Which images an exception would cover something of, and which verdicts it would change, before anybody asks for it. */
export function Matches({ draft, now }: { draft: ExceptionDraft; now: number }) {
  const asked = useSettled(JSON.stringify(previewOf(draft, now)));
  const isAsked = saysWhat(draft) && isPlaced(draft);
  return <Preview question={isAsked ? { key: [previewException.id, asked], ask: (signal) => previewException({ body: JSON.parse(asked) as ExceptionRequest }, { signal }) } : null} />;
}

/** As `Matches`, for an exception that was asked for: what whoever decides lets through. */
export function MatchesOf({ exception: { id, version } }: { exception: PolicyException }) {
  return <Preview question={{ key: [previewRequestedException.id, id, version], ask: (signal) => previewRequestedException({ path: { id } }, { signal }) }} />;
}

interface Question {
  key: unknown[];
  ask: (signal: AbortSignal) => Promise<ExceptionPreview>;
}

function Preview({ question }: { question: Question | null }) {
  const t = useMessages(messages);
  const format = useFormat();
  const isAsked = question !== null;
  const preview = useQuery({
    queryKey: question?.key ?? [previewException.id],
    queryFn: question ? ({ signal }) => question.ask(signal) : skipToken,
    staleTime: 30_000,
    retry: false,
  });
  return (
    <section className="bh-matches" aria-label={t('matches.title')} aria-busy={preview.isFetching}>
      <h2>{t('matches.title')}</h2>
      {!isAsked && <p className="bh-quiet">{t('matches.hint')}</p>}
      {isAsked && preview.error && <p className="bh-quiet">{sayProblem(preview.error, format)}</p>}
      {isAsked && preview.isFetching && <p><Skeleton width="long" /></p>}
      <div role="status">{isAsked && preview.data && <Numbers preview={preview.data} />}</div>
      {isAsked && preview.data && preview.data.items.length > 0 && <Images preview={preview.data} />}
    </section>
  );
}

function Numbers({ preview }: { preview: ExceptionPreview }) {
  const t = useMessages(messages);
  const { matches, changed, images, is_partial } = preview;
  return (
    <>
      <p><strong>{matches === 0 ? t('matches.none') : t('matches', { count: matches })}</strong></p>
      {matches > 0 && <p>{changed === 0 ? t('matches.unchanged') : t('matches.changed', { count: changed })}</p>}
      {is_partial && <p className="bh-quiet">{t('matches.partial', { count: images })}</p>}
    </>
  );
}

function Images({ preview }: { preview: ExceptionPreview }) {
  const t = useMessages(messages);
  // What is written in the dialog stays while one looks at an image. Those whose verdict changes first: they are what the reader decides about.
  const sorted = preview.items.toSorted((left, right) => Number(right.from !== right.to) - Number(left.from !== left.to));
  const more = preview.matches - Math.min(sorted.length, MOST_SHOWN);
  return (
    <>
      <PlainTable
        label={t('matches.images')}
        headings={[t('matches.image'), t('matches.from'), t('matches.to')]}
        rows={sorted.slice(0, MOST_SHOWN).map(({ image, from, to }) => ({
          key: image.digest,
          cells: [<Link key="name" to="/images/$digest" params={{ digest: image.digest }} target="_blank"><HostileText text={image.name || image.digest} /></Link>, <WhyThere key="from" decision={from} digest={image.digest} isElsewhere />, <VerdictMark key="to" decision={to} />],
        }))}
      />
      {more > 0 && <p className="bh-quiet">{t('matches.more', { count: more })}</p>}
    </>
  );
}

/** What the server is asked: what is covered and where. Words that are not written yet do not count for that. */
function previewOf(draft: ExceptionDraft, now: number): ExceptionRequest {
  const term = draft.term === 'date' && draft.date === '' ? '30' : draft.term;
  // A day is told, not a moment: the question stays the same while the clock goes on.
  const request = requestOf({ ...draft, term }, now);
  return { ...request, name: 'preview', owner: draft.owner.trim() || 'preview', reason: 'a preview of what it would cover' };
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(value); }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [value]);
  return settled;
}
