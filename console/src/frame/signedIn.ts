// The session as this tab sees it: ended by its reader, or looked at again because of another tab.
import { hashKey } from '@tanstack/react-query';
import { queryClient } from '../client/cache';
import { hasCode } from '../client/failure';
import { logOut } from '../client/generated';
import { noteSessionEnded, noteSessionIsThere } from '../client/session';
import { meQuery } from './me';

/** Ends the session. It is forgotten here only where the server has ended it, or does not know it; else it fails. */
export async function signOut(): Promise<void> {
  try {
    await logOut({});
  } catch (error) {
    if (!hasCode(error, 'access.unauthenticated')) throw error;
  }
  noteSessionEnded();
  queryClient.clear();
  location.assign('/login');
}

/** Asks who is signed in. Of somebody else nothing of before is shown; of the same person everything is asked anew. */
export async function lookAgain(): Promise<void> {
  const before = queryClient.getQueryData(meQuery.queryKey)?.id;
  let me;
  try {
    me = await queryClient.query({ ...meQuery, staleTime: 0 });
  } catch {
    // That nobody is signed in was noted with the answer; where none came, the next request tells.
    return;
  }
  noteSessionIsThere();
  const own = hashKey(meQuery.queryKey);
  if (me.id === before) await queryClient.invalidateQueries({ predicate: (query) => query.queryHash !== own });
  else queryClient.removeQueries({ predicate: (query) => query.queryHash !== own });
}
