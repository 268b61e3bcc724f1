import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { EmptyState } from '../EmptyState';
import { LinkButton } from '../LinkButton';
import type { ResourceTableProps } from './definition';
import { ResourceTable } from './ResourceTable';

interface Props<Item> extends Omit<ResourceTableProps<Item>, 'label' | 'empty'> {
  title: string;
  /** Where one more is made, for whoever may. */
  create: { to: LinkProps['to']; label: string; isAllowed: boolean };
  /** What stands there while nothing exists. */
  nothing: { title: string; text: string };
  /** Between the heading and the table. */
  children?: ReactNode;
}

/** A page that is a list of things that people make: its heading, the way to make one, the table. */
export function ListPage<Item>({ title, create, nothing, children, ...table }: Props<Item>) {
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{title}</h1>
        {create.isAllowed && <LinkButton to={create.to}>{create.label}</LinkButton>}
      </div>
      {children}
      <ResourceTable
        {...table}
        label={title}
        empty={<EmptyState title={nothing.title} actions={create.isAllowed && <Link to={create.to}>{create.label}</Link>}><p>{nothing.text}</p></EmptyState>}
      />
    </div>
  );
}
