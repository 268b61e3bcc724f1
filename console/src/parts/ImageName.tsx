import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { HostileText } from './HostileText';

/** The name of an image as the link to it. */
export const ImageName = memo(function ImageName({ name, digest }: { name: string; digest: string }) {
  return (
    <Link to="/images/$digest" params={{ digest }} className="bh-image-name">
      <HostileText text={name || digest} />
    </Link>
  );
});
