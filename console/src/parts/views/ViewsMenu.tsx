import { useState } from 'react';
import { later } from '../../frame/later';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '../pf';
import type { ChangeState, TableState } from '../table/useTableState';
import { messages } from './messages';
import { isShown, stateOf, useViews } from './views';

const SaveView = later(() => import('./dialog/SaveView'));
const ManageViews = later(() => import('./dialog/ManageViews'));

interface ViewsMenuProps {
  /** The list, by the name that its views are kept under. */
  list: string;
  state: TableState;
  change: ChangeState;
}

/** The saved views of a list: one click shows the list so, and what is shown can be kept. */
export function ViewsMenu({ list, state, change }: ViewsMenuProps) {
  const t = useMessages(messages);
  const [isOpen, setIsOpen] = useState(false);
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null);
  const { views, isPending, error } = useViews(list, isOpen || dialog !== null);
  const open = (one: 'save' | 'manage') => {
    setIsOpen(false);
    setDialog(one);
  };
  const close = () => { setDialog(null); };
  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        popperProps={{ position: 'right' }}
        toggle={(reference) => (
          <MenuToggle ref={reference} variant="plainText" isExpanded={isOpen} onClick={() => { setIsOpen(!isOpen); }}>
            {t('menu')}
          </MenuToggle>
        )}
      >
        <DropdownList>
          {views.map((view) => (
            <DropdownItem key={view.id} isSelected={isShown(view, state)} onClick={() => { setIsOpen(false); change(stateOf(view)); }}>
              <HostileText text={view.name} longest={60} />
            </DropdownItem>
          ))}
          {views.length === 0 && !isPending && <DropdownItem isDisabled>{t(error ? 'failed' : 'none')}</DropdownItem>}
          <DropdownItem onClick={() => { open('save'); }}>{t('save.open')}</DropdownItem>
          {views.length > 0 && <DropdownItem onClick={() => { open('manage'); }}>{t('manage.open')}</DropdownItem>}
        </DropdownList>
      </Dropdown>
      {dialog === 'save' && <SaveView list={list} state={state} views={views} onClose={close} />}
      {dialog === 'manage' && <ManageViews views={views} onClose={close} />}
    </>
  );
}
