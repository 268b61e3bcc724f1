import { memo } from 'react';
import { CopyButton } from './CopyButton';

/** A digest, short, with a way to copy the whole. */
export const Digest = memo(function Digest({ digest }: { digest: string }) {
  return (
    <span className="bh-digest">
      <code title={digest}>{shortDigest(digest)}</code>
      <CopyButton text={digest} what={shortDigest(digest)} />
    </span>
  );
});

/** `sha256:ab12cd…9f01`. */
export function shortDigest(digest: string): string {
  const [algorithm, hash = ''] = digest.split(':');
  return hash.length > 16 ? `${algorithm ?? ''}:${hash.slice(0, 6)}…${hash.slice(-4)}` : digest;
}
