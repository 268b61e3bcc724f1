// The two places where pages hang: inside the frame, for people who are signed in, and outside of it.
import { createRootRoute, createRoute } from '@tanstack/react-router';
import type { Language } from '../i18n/format';
import type { Group } from './groups';
import { Frame } from './Frame';
import { Root } from './Root';
import { NotFound } from './NotFound';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** The name of the page, in its heading, in the title of the window and in the navigation. */
    title?: Readonly<Record<Language, string>>;
    /** Other words that it is looked for by, in any language. */
    also?: readonly string[];
    /** Its place in the navigation; none for pages that others lead to. */
    nav?: {
      group: Group;
      /** The letter after `g` that leads there. */
      letter?: string;
    };
    /** Who may see it: `images.read`. Everybody where it is absent. */
    permission?: string;
  }
}

/** What stands in addresses after `?`: texts, as they are. Pages read what they know and leave the rest. */
export type Search = Readonly<Partial<Record<string, string>>>;

export const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  validateSearch: (search: Record<string, unknown>): Search =>
    Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
});

export const frameRoute = createRoute({
  id: 'frame',
  getParentRoute: () => rootRoute,
  component: Frame,
});
