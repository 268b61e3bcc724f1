import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A link that looks like the button of the page: it leads to where something is made. */
export function LinkButton({ children, ...link }: Pick<LinkProps, 'to' | 'search' | 'params'> & { children: ReactNode }) {
  return <Link {...link} className="pf-v6-c-button pf-m-primary bh-link-primary">{children}</Link>;
}
