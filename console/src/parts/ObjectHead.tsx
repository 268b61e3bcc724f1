import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface HeadProps {
  /** The list that the object is of. */
  to: LinkProps['to'];
  list: string;
  title: ReactNode;
  children?: ReactNode;
}

/** The head of an object's page: the way back to its list, its name, what can be done with it. */
export function ObjectHead({ to, list, title, children }: HeadProps) {
  return (
    <header>
      <nav><Link to={to}>{list}</Link></nav>
      <div className="bh-page-head">
        <h1>{title}</h1>
        {children && <div className="bh-actions">{children}</div>}
      </div>
    </header>
  );
}
