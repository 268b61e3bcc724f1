import { Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { PageSkeleton } from '../parts/Skeleton';

/** What is around every page: nothing but the wait for its code. */
export function Root() {
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Outlet />
    </Suspense>
  );
}
