// The cache of what the server answered: the only store of the console beside the address.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Failure, hasCode } from './failure';
import { noteSessionEnded } from './session';

const MINUTE_MS = 60_000;

const onError = (error: unknown) => {
  if (hasCode(error, 'access.unauthenticated')) noteSessionEnded();
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
