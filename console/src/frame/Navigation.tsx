import '@patternfly/react-styles/css/components/Nav/nav.css';
import { Link } from '@tanstack/react-router';
import { useMessages } from '../i18n/language';
import { messages } from './messages';
import { useNavigationPages } from './pages';
import { GROUPS } from './groups';

interface NavigationProps {
  isOpen: boolean;
  onClose: () => void;
}

/** The pages in their groups. On narrow windows it lies over the page while it is open: Escape closes it, and so does whatever is chosen. */
export function Navigation({ isOpen, onClose }: NavigationProps) {
  const t = useMessages(messages);
  const pages = useNavigationPages();
  return (
    <div className={isOpen ? 'bh-navigation bh-navigation-open' : 'bh-navigation'} id="navigation" onKeyDown={(event) => { if (isOpen && event.key === 'Escape') onClose(); }}>
      <nav className="pf-v6-c-nav" aria-label={t('nav.label')}>
        {GROUPS.map((group) => {
          const own = pages.filter((page) => page.group === group);
          if (own.length === 0) return null;
          return (
            <div className="pf-v6-c-nav__section" key={group} role="group" aria-labelledby={`group-${group}`}>
              <h2 className="pf-v6-c-nav__section-title" id={`group-${group}`}>{t(`group.${group}`)}</h2>
              <ul className="pf-v6-c-nav__list" role="list">
                {own.map((page) => (
                  <li className="pf-v6-c-nav__item" key={page.path}>
                    <Link
                      to={page.path as '/'}
                      onClick={onClose}
                      className="pf-v6-c-nav__link"
                      activeOptions={{ exact: page.path === '/', includeSearch: false }}
                      activeProps={{ className: 'pf-v6-c-nav__link pf-m-current', 'aria-current': 'page' }}
                    >
                      {page.title}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
    </div>
  );
}
