import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode, type Ref } from 'react';
import { LANGUAGES } from '../i18n/format';
import { useMessages, useReader } from '../i18n/language';
import { Confirm } from '../parts/Confirm';
import { HostileText, visible } from '../parts/HostileText';
import { Brand, Icon, type IconName } from '../parts/icons';
import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '../parts/pf';
import { useMe } from './me';
import { messages } from './messages';
import { signOut } from './signedIn';
import { THEMES, useTheme } from './theme';

interface TopBarProps {
  isNavigationOpen: boolean;
  onNavigation: (isOpen: boolean) => void;
  /** The button that opens the navigation on narrow windows. */
  menu?: Ref<HTMLButtonElement>;
  onKeys: () => void;
  onSearch: () => void;
}

export function TopBar({ isNavigationOpen, onNavigation, menu, onKeys, onSearch }: TopBarProps) {
  const t = useMessages(messages);
  const { language, choose, format } = useReader();
  const [theme, chooseTheme] = useTheme();
  return (
    <header className="bh-top">
      <button
        type="button"
        ref={menu}
        className="bh-icon-button bh-top-menu"
        aria-expanded={isNavigationOpen}
        aria-controls="navigation"
        aria-label={t(isNavigationOpen ? 'nav.close' : 'nav.open')}
        onClick={() => { onNavigation(!isNavigationOpen); }}
        onKeyDown={(event) => { if (isNavigationOpen && event.key === 'Escape') onNavigation(false); }}
      >
        <Icon name={isNavigationOpen ? 'close' : 'menu'} />
      </button>
      <Link to="/" className="bh-brand" aria-label={t('product')}>
        <Brand size={24} />
        <span>{t('product')}</span>
      </Link>
      <button type="button" className="bh-top-search" aria-keyshortcuts="Control+K Meta+K" onClick={onSearch}>
        <Icon name="search" />
        <span>{t('search')}</span>
        <kbd aria-hidden="true">{t('search.keys')}</kbd>
      </button>
      <div className="bh-top-end">
        <span className="bh-zone">{t('zone', { zone: format.zone() })}</span>
        <button type="button" className="bh-icon-button" aria-label={t('keys.open')} title={t('keys.open')} onClick={onKeys}>
          <Icon name="help" />
        </button>
        <Choice icon="globe" label={t('language')} value={language} values={LANGUAGES} word={(value) => t(`language.${value}`)} onChoose={choose} />
        <Choice icon="contrast" label={t('theme')} value={theme} values={THEMES} word={(value) => t(`theme.${value}`)} onChoose={chooseTheme} />
        <Account />
      </div>
    </header>
  );
}

interface ChoiceProps<Value extends string> {
  icon: IconName;
  label: string;
  value: Value;
  values: readonly Value[];
  word: (value: Value) => string;
  onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ icon, label, value, values, word, onChoose }: ChoiceProps<Value>) {
  return (
    <TopMenu icon={icon} label={`${label}: ${word(value)}`}>
      {values.map((one) => (
        <DropdownItem key={one} isSelected={one === value} onClick={() => { onChoose(one); }}>
          {word(one)}
        </DropdownItem>
      ))}
    </TopMenu>
  );
}

function Account() {
  const t = useMessages(messages);
  const me = useMe();
  const { format } = useReader();
  const navigate = useNavigate();
  const leave = useMutation({ mutationFn: signOut });
  const name = me.display_name ?? me.name;
  return (
    <>
      <TopMenu icon="person" label={t('account', { name: visible(name) })}>
        <DropdownItem isDisabled description={t('account.roles', { roles: format.list(me.roles) })}>
          <HostileText text={name} />
        </DropdownItem>
        <DropdownItem onClick={() => void navigate({ to: '/me' })}>{t('account.open')}</DropdownItem>
        <DropdownItem onClick={() => { leave.mutate(); }}>{t('account.sign_out')}</DropdownItem>
      </TopMenu>
      {leave.error && (
        <Confirm title={t('sign_out.failed')} action={t('sign_out.again')} error={leave.error} onConfirm={() => { leave.mutate(); }} onCancel={leave.reset}>
          <p>{t('sign_out.text')}</p>
        </Confirm>
      )}
    </>
  );
}

function TopMenu({ icon, label, children }: { icon: IconName; label: string; children: ReactNode }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      onSelect={() => { setIsOpen(false); }}
      shouldFocusToggleOnSelect
      popperProps={{ position: 'right' }}
      toggle={(reference) => (
        <MenuToggle
          ref={reference}
          variant="plain"
          isExpanded={isOpen}
          aria-label={label}
          title={label}
          onClick={() => { setIsOpen(!isOpen); }}
        >
          <Icon name={icon} />
        </MenuToggle>
      )}
    >
      <DropdownList>{children}</DropdownList>
    </Dropdown>
  );
}
