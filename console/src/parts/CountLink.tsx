import { Link, type LinkProps } from '@tanstack/react-router';

interface CountLinkProps extends LinkProps {
  /** The number as it is written. */
  shown: string;
  /** The number and what is counted, in words: what is behind the link. */
  says: string;
  /** Whether there is something behind it that the reader may see. */
  isLink: boolean;
}

/** A number in a list: the link to exactly the rows that it counts. */
export function CountLink({ shown, says, isLink, ...link }: CountLinkProps) {
  // Lists have many: what they lead to is loaded once one is wanted.
  return isLink ? <Link {...link} preload={false} aria-label={says} title={says}>{shown}</Link> : shown;
}
