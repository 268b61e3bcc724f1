import { useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon, type IconName } from '../icons';
import { Button, Dropdown, DropdownItem, DropdownList, MenuToggle } from '../pf';
import { inOrder, movedColumn, NARROWEST, shownOf, sizedColumn, textOf, toggledColumn, WIDEST } from './columns';
import type { Column } from './definition';
import { messages } from './messages';
import type { SetColumns } from './useColumns';
import { useKeptFocus } from './useKeptFocus';
import type { Typing } from './useTableState';

/** So much wider or narrower a column becomes at once, in rem. */
const STEP = 2;

interface ColumnsMenuProps<Item> {
  columns: readonly Column<Item>[];
  shown: readonly Column<Item>[];
  onColumns: SetColumns<Item>;
}

/** Which columns are shown, in which order and how wide: what their edges do, too, for whoever drags nothing (WCAG 2.2, 2.5.7). */
export function ColumnsMenu<Item>({ columns, shown, onColumns }: ColumnsMenuProps<Item>) {
  const t = useMessages(messages);
  const [isOpen, setIsOpen] = useState(false);
  const hold = useKeptFocus(shown);
  // The widths that are tried while the menu is open are one step back.
  const [go, setGo] = useState<Typing>({});
  const move = (id: string, by: 1 | -1) => (event: MouseEvent<HTMLElement>) => {
    hold(event.currentTarget);
    onColumns(movedColumn(shown, id, by));
  };
  const size = (column: Column<Item>, by: number) => (event: MouseEvent<HTMLElement>) => {
    hold(event.currentTarget);
    onColumns(sizedColumn(columns, shown, column.id, column.width + by), go);
  };
  const sizes = (column: Column<Item>) => (
    <>
      <Action icon="minus" label={t('column.narrower', { column: column.title })} isDisabled={column.width <= NARROWEST} onClick={size(column, -STEP)} />
      <Action icon="plus" label={t('column.wider', { column: column.title })} isDisabled={column.width >= WIDEST} onClick={size(column, STEP)} />
    </>
  );
  const [first] = shown;
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      popperProps={{ position: 'right' }}
      toggle={(reference) => (
        <MenuToggle ref={reference} variant="plain" isExpanded={isOpen} aria-label={t('columns')} title={t('columns')} onClick={() => { setGo({}); setIsOpen(!isOpen); }}>
          <Icon name="columns" />
        </MenuToggle>
      )}
    >
      <DropdownList onKeyDown={goAlong}>
        {/* It is always there, and always first. */}
        {first && <DropdownItem key={first.id} hasCheckbox isSelected isAriaDisabled actions={sizes(first)}>{first.title}</DropdownItem>}
        {inOrder(columns, shown).map((column) => {
          const at = shown.findIndex((one) => one.id === column.id);
          const actions = at > 0 && (
            <>
              {sizes(column)}
              <Action icon="left" label={t('column.left', { column: column.title })} isDisabled={at === 1} onClick={move(column.id, -1)} />
              <Action icon="right" label={t('column.right', { column: column.title })} isDisabled={at === shown.length - 1} onClick={move(column.id, 1)} />
            </>
          );
          return (
            <DropdownItem key={column.id} hasCheckbox isSelected={at > 0} onClick={() => { onColumns(toggledColumn(columns, shown, column.id)); }} actions={actions}>
              {column.title}
            </DropdownItem>
          );
        })}
        {/* Whoever has pressed it stays there: what is disabled loses the focus, and with it the keys of the menu. */}
        <DropdownItem key="usual" isAriaDisabled={textOf(columns, shown) === ''} onClick={() => { onColumns(shownOf(columns, '')); }}>{t('columns.usual')}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}

/**
 * The arrows lead along an item, from its tick to what can be done to its column and back. PatternFly's own lead nowhere from a
 * tick, and Tab closes the menu.
 */
function goAlong(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const target = event.target as HTMLElement;
  if (step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = [...(target.closest('li')?.querySelectorAll<HTMLElement>('input, button') ?? [])].filter((one) => one === target || !one.matches(':disabled'));
  event.preventDefault();
  // PatternFly's would go on from where this leads.
  event.stopPropagation();
  all[all.indexOf(target) + step]?.focus();
}

interface ActionProps {
  icon: IconName;
  label: string;
  isDisabled: boolean;
  onClick: (event: MouseEvent<HTMLElement>) => void;
}

/** What can be done to the column of an item, as PatternFly's `MenuItemAction` has it, but for its role: an item within an item is of no menu. */
function Action({ icon, label, isDisabled, onClick }: ActionProps) {
  return (
    <div className="pf-v6-c-menu__item-action">
      <Button variant="plain" icon={<Icon name={icon} />} aria-label={label} tabIndex={-1} isDisabled={isDisabled} onClick={onClick} />
    </div>
  );
}
