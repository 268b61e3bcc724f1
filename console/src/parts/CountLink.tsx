import { useRouter, type AnyRouter, type LinkProps } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import type { Search } from '../frame/routes';

interface Place {
  to: NonNullable<LinkProps['to']>;
  params?: Readonly<Record<string, string>>;
  search?: Search;
}

interface CountLinkProps extends Place {
  /** The number as it is written. */
  shown: string;
  /** The number and what is counted, in words: what is behind the link. */
  says: string;
  /** Whether there is something behind it that the reader may see. */
  isLink: boolean;
}

/** A number in a list: the link to exactly the rows that it counts. */
export function CountLink({ shown, says, isLink, ...place }: CountLinkProps) {
  return isLink ? <Plain shown={shown} says={says} place={place} /> : shown;
}

/** Rows have several, and are drawn while one scrolls: a plain link, which knows neither whether it is active nor loads ahead. */
function Plain({ shown, says, place }: { shown: string; says: string; place: Place }) {
  const router = useRouter();
  const open = (event: MouseEvent) => {
    // In another tab or window the browser opens it.
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate(place as LinkProps);
  };
  return <a href={addressOf(router, place)} aria-label={says} title={says} onClick={open}>{shown}</a>;
}

/** As the router would make it, which takes longer than a row has. */
function addressOf(router: AnyRouter, { to, params = {}, search = {} }: Place): string {
  return to.replaceAll(/\$(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? '')) + router.options.stringifySearch(search);
}
