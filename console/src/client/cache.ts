// The cache of what the server answered: the only store of the console beside the address.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Failure, hasCode } from './failure';
import { showMe } from './generated';
import { noteSessionEnded } from './session';

const MINUTE_MS = 60_000;

/** Whoever asks much that is refused does not ask more often than this who they are. */
const SELDOM_MS = 2_000;

let askedAt = -SELDOM_MS;

const onError = (error: unknown) => {
  if (hasCode(error, 'access.unauthenticated')) noteSessionEnded();
  // The page thought that they may: their rights are others by now, and what they are offered follows.
  if ((hasCode(error, 'access.forbidden') || hasCode(error, 'access.of_all')) && performance.now() - askedAt >= SELDOM_MS) {
    askedAt = performance.now();
    void queryClient.invalidateQueries({ queryKey: [showMe.id] });
  }
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 5 * MINUTE_MS,
      refetchOnWindowFocus: false,
      // What the server refuses it refuses again; what did not arrive is tried again.
      retry: (count, error) => !(error instanceof Failure && error.status < 500) && count < 2,
      retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 15_000),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
