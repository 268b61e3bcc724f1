import { useQuery } from '@tanstack/react-query';
import { createContext, use, useMemo, useState } from 'react';
import { Fields } from '../../client/fields';
import { listImageFindings, showImageReport } from '../../client/generated';
import { queryOf } from '../../client/queries';
import type { Verdict } from '../../client/verdict';
import { useMay } from '../../frame/me';
import { filterOf, layersOf, type LayerOf } from './layers';

/** The most findings that one answer has. */
const LARGEST_PAGE = 500;

export interface Layers {
  /** Whether they are being asked for: room is kept for them. */
  isPending: boolean;
  of: LayerOf;
  /** The commands that made the layers, from the base upwards; `null` while nobody has asked for them. */
  commands: readonly string[] | null;
}

const NONE: Layers = { isPending: false, of: () => null, commands: null };

export const LayersContext = createContext<Layers>(NONE);

/** The layers of what stands inside. */
export function useLayers(): Layers {
  return use(LayersContext);
}

/** What asks for the commands, and how that goes; `null` where there is nothing to ask for. */
export interface Commands {
  isAsking: boolean;
  error: Error | null;
  ask: () => void;
}

/** The layers of what a verdict rests on. The report has the commands: it may have many megabytes, and is read where somebody wants them. */
export function useLayersOf(verdict: Verdict): [Layers, Commands | null] {
  const filter = useMemo(() => filterOf(verdict), [verdict]);
  const maySeeFindings = useMay('findings.read');
  const maySeeReport = useMay('images.read');
  const { digest } = verdict;
  const isMeant = maySeeFindings && filter !== '' && digest !== '';
  // Without them the reasons are told all the same: nothing is said of it where they cannot be read.
  const findings = useQuery({ ...queryOf(listImageFindings, { path: { digest }, query: { filter, limit: LARGEST_PAGE } }), enabled: isMeant, retry: false });
  const [asked, setAsked] = useState<string | null>(null);
  const commands = useQuery({
    queryKey: [showImageReport.id, digest, 'commands'],
    queryFn: async ({ signal }) => new Fields(await showImageReport({ path: { digest } }, { signal })).object('image').list('layers').map((layer) => layer.text('created_by')),
    enabled: asked === digest,
    staleTime: Infinity,
  });
  const items = isMeant ? findings.data?.items : undefined;
  const isPending = isMeant && findings.isPending;
  const layers = useMemo<Layers>(
    () => ({ isPending, of: items ? layersOf(items) : NONE.of, commands: commands.data ?? null }),
    [isPending, items, commands.data],
  );
  const hasLayers = items?.some(({ layer }) => layer != null) ?? false;
  if (!maySeeReport || !(isPending || hasLayers) || commands.data) return [layers, null];
  const ask = () => {
    if (asked === digest) void commands.refetch();
    else setAsked(digest);
  };
  return [layers, { isAsking: commands.isFetching, error: commands.isFetching ? null : commands.error, ask }];
}
