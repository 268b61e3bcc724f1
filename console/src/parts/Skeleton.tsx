// What stands where something is still on its way.
import '@patternfly/react-styles/css/components/Skeleton/skeleton.css';

export function Skeleton({ width }: { width?: 'short' | 'middle' | 'long' }) {
  return <span className={`pf-v6-c-skeleton bh-skeleton bh-skeleton-${width ?? 'middle'}`} aria-hidden="true" />;
}

/** A page whose code is on its way. */
export function PageSkeleton() {
  return (
    <div className="bh-page" aria-busy="true">
      <Skeleton width="short" />
      <Skeleton width="long" />
      <Skeleton width="middle" />
    </div>
  );
}
