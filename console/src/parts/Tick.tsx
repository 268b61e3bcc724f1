import { useId, type ReactNode } from 'react';

interface TickProps {
  label: ReactNode;
  isChecked: boolean;
  onChecked: (isChecked: boolean) => void;
  help?: ReactNode;
  isDisabled?: boolean;
}

/** A box to tick, with what it means beside. */
export function Tick({ label, isChecked, onChecked, help, isDisabled = false }: TickProps) {
  const id = useId();
  return (
    <div>
      <label className="bh-check">
        <input type="checkbox" checked={isChecked} disabled={isDisabled} aria-describedby={help ? id : undefined} onChange={(event) => { onChecked(event.target.checked); }} />
        <span>{label}</span>
      </label>
      {help && <small id={id} className="bh-quiet bh-check-help">{help}</small>}
    </div>
  );
}
