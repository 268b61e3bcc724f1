// The pages that the registry has, as the navigation shows them.
import { useRouter } from '@tanstack/react-router';
import { useMe } from './me';
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
  const { permissions } = useMe();
  const routes = Object.values(useRouter().routesByPath);
  const pages = routes.flatMap((route): NavigationPage[] => {
    const { nav, title, permission } = route.options.staticData ?? {};
    if (!nav || !title || (permission !== undefined && !permissions.includes(permission))) return [];
    return [{ path: route.fullPath, title: title[language], group: nav.group, letter: nav.letter }];
  });
  return GROUPS.flatMap((group) => pages.filter((page) => page.group === group));
}
