// The pages that the registry has: as the navigation shows them, and as the search finds them.
import { useRouter } from '@tanstack/react-router';
import { mayDo, useMe } from './me';
import { useReader } from '../i18n/language';
import { GROUPS, type Group } from './groups';

export interface NavigationPage {
  path: string;
  title: string;
  group: Group;
  letter: string | undefined;
}

/** The pages that the signed-in person may see and that stand in the navigation, in the order of the registry. */
export function useNavigationPages(): NavigationPage[] {
  const { language } = useReader();
  const me = useMe();
  const routes = Object.values(useRouter().routesByPath);
  const pages = routes.flatMap((route): NavigationPage[] => {
    const { nav, title, permission } = route.options.staticData ?? {};
    if (!nav || !title || (permission !== undefined && !mayDo(me, permission))) return [];
    return [{ path: route.fullPath, title: title[language], group: nav.group, letter: nav.letter }];
  });
  return GROUPS.flatMap((group) => pages.filter((page) => page.group === group));
}

export interface KnownPage {
  path: string;
  title: string;
  /** Its names in all languages and other words for it: whoever looks for it may know any of them. */
  words: readonly string[];
  isInNavigation: boolean;
}

/** Every page that the signed-in person may open by its address alone: those of the navigation, and those where something is made. */
export function useKnownPages(): KnownPage[] {
  const { language } = useReader();
  const me = useMe();
  return Object.values(useRouter().routesByPath).flatMap((route): KnownPage[] => {
    const { nav, title, permission, also = [] } = route.options.staticData ?? {};
    const isOfFrame = route.id.startsWith('/frame/') && !route.fullPath.includes('$');
    if (!isOfFrame || !title || (permission !== undefined && !mayDo(me, permission))) return [];
    return [{ path: route.fullPath, title: title[language], words: [...Object.values(title), ...also], isInNavigation: nav !== undefined }];
  });
}
