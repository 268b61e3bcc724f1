import { useState } from 'react';
import { Dropdown, DropdownItem, DropdownList, MenuToggle } from '../pf';
import { chosen, termsOf, toggled, type FilterKey } from './filter';

interface FacetMenusProps {
  text: string;
  keys: readonly FilterKey[];
  onText: (text: string) => void;
}

/** A menu for each key that has words of its own. */
export function FacetMenus({ text, keys, onText }: FacetMenusProps) {
  const terms = termsOf(text, keys);
  return keys.map((key) =>
    key.values ? (
      <FacetMenu
        key={key.key}
        label={key.label}
        values={key.values}
        chosen={chosen(terms, key.key)}
        onToggle={(value) => { onText(toggled(text, keys, key.key, value)); }}
      />
    ) : null,
  );
}

interface FacetMenuProps {
  label: string;
  values: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
}

function FacetMenu({ label, values, chosen, onToggle }: FacetMenuProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setIsOpen}
      role="menu"
      toggle={(reference) => (
        <MenuToggle ref={reference} isExpanded={isOpen} onClick={() => { setIsOpen(!isOpen); }} className="bh-facet">
          {chosen.length === 0 ? label : `${label} (${String(chosen.length)})`}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {values.map(({ value, label: word }) => (
          <DropdownItem key={value} hasCheckbox isSelected={chosen.includes(value)} onClick={() => { onToggle(value); }}>
            {word}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
