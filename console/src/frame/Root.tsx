import { Outlet, useLocation } from '@tanstack/react-router';
import { Suspense } from 'react';
import { PageSkeleton } from '../parts/Skeleton';
import { Broken } from './Broken';
import { MissingPage } from './MissingPage';

/** What is around every page: the wait for its code, and what stands there where that does not come. */
export function Root() {
  const place = useLocation({ select: ({ pathname }) => pathname });
  return (
    <>
      <Broken place={place}>
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </Broken>
      <MissingPage />
    </>
  );
}
