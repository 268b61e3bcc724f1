import { Link, useMatches, useRouter } from '@tanstack/react-router';
import { Failure } from '../client/failure';
import { useMessages, useReader } from '../i18n/language';
import { messages } from './messages';
import { Problem } from './Problem';

/** What the server says of a request says the same of the next one, but for these: too early, too slow, too many. */
const PASSING = [408, 425, 429];

/** A page whose object did not come: a heading, the way back to the list that it is of, what is wrong. */
export function PageProblem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useMessages(messages);
  const { language } = useReader();
  const own = useMatches({ select: (matches) => matches.at(-1)?.staticData.title });
  const list = useParent();
  const status = error instanceof Failure ? error.status : 0;
  const isFinal = status >= 400 && status < 500 && !PASSING.includes(status);
  return (
    <div className="bh-page">
      <header>
        {list && <nav><Link to={list.path}>{list.title[language]}</Link></nav>}
        <h1>{status === 404 || !own ? t('not_there') : own[language]}</h1>
      </header>
      <Problem error={error} {...(isFinal ? {} : { onRetry })} />
    </div>
  );
}

/** The nearest page above the address that the navigation has: `/images` of `/images/sha256:…`. */
function useParent() {
  const path = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? '' });
  const { routesByPath } = useRouter();
  const routes = Object.values(routesByPath);
  const parts = path.split('/');
  while (parts.length > 2) {
    parts.pop();
    const above = routes.find((route) => route.fullPath === parts.join('/'));
    const { nav, title } = above?.options.staticData ?? {};
    if (above && nav && title) return { path: above.fullPath, title };
  }
  return null;
}
