// What the first page needs to know is asked for while its code is on its way.
import type { AnyRoute, AnyRouter } from '@tanstack/react-router';
import { queryClient } from '../client/cache';
import { meQuery } from './me';

/** Asks who is signed in where the address is of a page within the frame, which shows nothing before it knows that. */
export function askAhead(router: AnyRouter, frame: AnyRoute, pathname: string): void {
  const routes: readonly AnyRoute[] = router.getMatchedRoutes(pathname)[0];
  // What goes wrong is told by the frame.
  if (routes.includes(frame)) queryClient.query(meQuery).catch(() => undefined);
}
