import type { ReactNode } from 'react';

/** Why there is nothing, and what to do next. */
export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="bh-empty">
      <h2>{title}</h2>
      {children && <div className="bh-empty-text">{children}</div>}
      {actions && <div className="bh-empty-actions">{actions}</div>}
    </div>
  );
}
