// Every drawing of the console. They are for the eye alone: the word beside them says the same.
import type { ReactNode } from 'react';

export type IconName =
  | 'allow' | 'deny' | 'warn' | 'excepted' | 'unknown'
  | 'critical' | 'high' | 'medium' | 'low' | 'none'
  | 'menu' | 'close' | 'copy' | 'check' | 'search' | 'export' | 'refresh' | 'person' | 'globe' | 'contrast' | 'help'
  | 'up' | 'down' | 'left' | 'right' | 'plus' | 'minus' | 'alarm' | 'columns' | 'external';

const LINE = { fill: 'none', stroke: 'currentColor', strokeWidth: 2, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;

const SHAPES: Record<IconName, ReactNode> = {
  allow: <><circle cx="8" cy="8" r="7" fill="currentColor" /><path d="m4.7 8.2 2.3 2.3 4.4-4.7" {...LINE} className="bh-icon-cut" /></>,
  deny: <><path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" fill="currentColor" /><path d="m5.5 5.5 5 5m0-5-5 5" {...LINE} className="bh-icon-cut" /></>,
  warn: <><path d="M8 1.2 15.3 14.5H.7z" fill="currentColor" /><path d="M8 6v4m0 2v.1" {...LINE} className="bh-icon-cut" /></>,
  excepted: <><circle cx="8" cy="8" r="6.5" {...LINE} strokeWidth={1.6} strokeDasharray="3 2" /><path d="M8 4.5V8l2.3 1.6" {...LINE} strokeWidth={1.6} /></>,
  unknown: <><circle cx="8" cy="8" r="6.5" {...LINE} strokeWidth={1.6} /><path d="M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2m0 2.2v.1" {...LINE} strokeWidth={1.6} /></>,
  critical: <path d="m2 8 6-6 6 6-1.8 1.8L8 5.6 3.8 9.8zm0 5.2 6-6 6 6-1.8 1.8L8 10.8 3.8 15z" fill="currentColor" />,
  high: <path d="m2 10.5 6-6 6 6-1.8 1.8L8 8.1l-4.2 4.2z" fill="currentColor" />,
  medium: <path d="M2 4.5h12v2.6H2zm0 4.6h12v2.6H2z" fill="currentColor" />,
  low: <path d="m2 5.5 6 6 6-6-1.8-1.8L8 7.9 3.8 3.7z" fill="currentColor" />,
  none: <path d="M3 7h10v2H3z" fill="currentColor" />,
  menu: <path d="M2 4h12M2 8h12M2 12h12" {...LINE} />,
  close: <path d="m3.5 3.5 9 9m0-9-9 9" {...LINE} />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5" {...LINE} strokeWidth={1.6} />,
  check: <path d="m3 8.5 3.5 3.5L13 4.5" {...LINE} />,
  search: <><circle cx="7" cy="7" r="4.5" {...LINE} strokeWidth={1.8} /><path d="m10.5 10.5 4 4" {...LINE} strokeWidth={1.8} /></>,
  export: <path d="M8 2v8m-3-3 3 3 3-3M2.5 11v2.5h11V11" {...LINE} strokeWidth={1.6} />,
  refresh: <path d="M13.5 8A5.5 5.5 0 1 1 11.7 4M12 1.5v3H9" {...LINE} strokeWidth={1.6} />,
  person: <><circle cx="8" cy="5" r="3" {...LINE} strokeWidth={1.6} /><path d="M2 14c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5" {...LINE} strokeWidth={1.6} /></>,
  globe: <><circle cx="8" cy="8" r="6.3" {...LINE} strokeWidth={1.4} /><path d="M1.7 8h12.6M8 1.7c-4 4-4 8.6 0 12.6 4-4 4-8.6 0-12.6" {...LINE} strokeWidth={1.4} /></>,
  contrast: <><circle cx="8" cy="8" r="6.3" {...LINE} strokeWidth={1.6} /><path d="M8 1.7a6.3 6.3 0 0 1 0 12.6z" fill="currentColor" /></>,
  help: <><circle cx="8" cy="8" r="6.3" {...LINE} strokeWidth={1.4} /><path d="M6.2 6.3a1.9 1.9 0 1 1 2.6 1.8c-.6.3-.8.6-.8 1.2m0 2.2v.1" {...LINE} strokeWidth={1.6} /></>,
  up: <path d="m3 10 5-5 5 5" {...LINE} />,
  down: <path d="m3 6 5 5 5-5" {...LINE} />,
  left: <path d="m10 3-5 5 5 5" {...LINE} />,
  right: <path d="m6 3 5 5-5 5" {...LINE} />,
  plus: <path d="M8 2v12M2 8h12" {...LINE} />,
  minus: <path d="M2 8h12" {...LINE} />,
  alarm: <><circle cx="8" cy="8" r="7" fill="currentColor" /><path d="M8 4v5m0 2.6v.1" {...LINE} className="bh-icon-cut" /></>,
  columns: <path d="M2 2.5h12v11H2zm4 0v11m4-11v11" {...LINE} strokeWidth={1.4} />,
  external: <path d="M6 3H3v10h10v-3M9 2.5h4.5V7M13 3 7.5 8.5" {...LINE} strokeWidth={1.6} />,
};

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg className={className ? `bh-icon ${className}` : 'bh-icon'} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}

/** The mark of the product, as `public/icon.svg` has it: drawn here it is no request. */
export function Brand({ size }: { size: number }) {
  return (
    <svg className="bh-brand-mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="6" />
      <path className="bh-brand-bars" d="M7 7h4v18H7zm7 0h4v18h-4zm7 0h4v18h-4z" />
      <path d="M7 14h18v4H7z" opacity=".35" />
    </svg>
  );
}
