import { useNavigate } from '@tanstack/react-router';
import { useMessages } from '../i18n/language';
import { messages } from './messages';
import { useNavigationPages, type NavigationPage } from './pages';
import { useShortcut } from './shortcuts';

/** `g` and a letter lead to a page; `Ctrl+K` looks for anything; `?` lists the keys. */
export function GotoShortcuts({ onKeys, onSearch }: { onKeys: () => void; onSearch: () => void }) {
  const t = useMessages(messages);
  useShortcut('?', t('keys.open'), onKeys);
  useShortcut('Ctrl+K', t('search'), onSearch);
  return useNavigationPages().map((page) => page.letter && <Goto key={page.path} page={page} letter={page.letter} />);
}

function Goto({ page, letter }: { page: NavigationPage; letter: string }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  useShortcut(`g ${letter}`, t('keys.goto', { page: page.title }), () => {
    void navigate({ to: page.path as '/' });
  });
  return null;
}
