import { useState, type MouseEvent } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { Dropdown, DropdownItem, DropdownList, MenuItemAction, MenuToggle } from '../pf';
import { inOrder, movedColumn, shownOf, textOf, toggledColumn } from './columns';
import type { Column } from './definition';
import { messages } from './messages';
import type { SetColumns } from './useColumns';
import { useKeptFocus } from './useKeptFocus';

interface ColumnsMenuProps<Item> {
  columns: readonly Column<Item>[];
  shown: readonly Column<Item>[];
  onColumns: SetColumns<Item>;
}

/** Which columns are shown, and in which order. */
export function ColumnsMenu<Item>({ columns, shown, onColumns }: ColumnsMenuProps<Item>) {
  const t = useMessages(messages);
  const [isOpen, setIsOpen] = useState(false);
  const hold = useKeptFocus(shown);
  const move = (id: string, by: 1 | -1) => (event: MouseEvent<HTMLElement>) => {
    hold(event.currentTarget);
    onColumns(movedColumn(shown, id, by));
  };
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      popperProps={{ position: 'right' }}
      toggle={(reference) => (
        <MenuToggle ref={reference} variant="plain" isExpanded={isOpen} aria-label={t('columns')} title={t('columns')} onClick={() => { setIsOpen(!isOpen); }}>
          <Icon name="columns" />
        </MenuToggle>
      )}
    >
      <DropdownList>
        {inOrder(columns, shown).map((column) => {
          const at = shown.findIndex((one) => one.id === column.id);
          const actions = at > 0 && (
            <>
              <MenuItemAction icon={<Icon name="left" />} aria-label={t('column.left', { column: column.title })} isDisabled={at === 1} onClick={move(column.id, -1)} />
              <MenuItemAction icon={<Icon name="right" />} aria-label={t('column.right', { column: column.title })} isDisabled={at === shown.length - 1} onClick={move(column.id, 1)} />
            </>
          );
          return (
            <DropdownItem key={column.id} hasCheckbox isSelected={at > 0} onClick={() => { onColumns(toggledColumn(columns, shown, column.id)); }} actions={actions}>
              {column.title}
            </DropdownItem>
          );
        })}
        <DropdownItem key="usual" isDisabled={textOf(columns, shown) === ''} onClick={() => { onColumns(shownOf(columns, '')); }}>{t('columns.usual')}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
