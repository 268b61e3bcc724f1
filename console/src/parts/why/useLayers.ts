import { useQuery } from '@tanstack/react-query';
import { createContext, use, useMemo, useState } from 'react';
import { Fields } from '../../client/fields';
import { listImageFindings, showImageReport } from '../../client/generated';
import { queryOf } from '../../client/queries';
import type { VerdictEvidence } from '../../client/verdict';
import { useMay } from '../../frame/me';
import { filterOf, layersOf, type LayerOf } from './layers';

/** The most findings that one answer has. */
const LARGEST_PAGE = 500;

export interface Layers {
  /** Whether they are being asked for: room is kept for them. */
  isPending: boolean;
  of: LayerOf;
  /** The commands that made the layers, from the base upwards; `null` where nobody wants to see them. */
  commands: readonly string[] | null;
}

const NONE: Layers = { isPending: false, of: () => null, commands: null };

export const LayersContext = createContext<Layers>(NONE);

/** The layers of what stands inside. */
export function useLayers(): Layers {
  return use(LayersContext);
}

/** What shows the commands and hides them again, and how asking for them goes; `null` where there is nothing to ask for. */
export interface Commands {
  isShown: boolean;
  isAsking: boolean;
  error: Error | null;
  toggle: () => void;
}

/**
 * The layers of the evidence that is shown of a verdict on the image. The report has the commands: it may have many megabytes, and
 * is read where somebody wants them.
 */
export function useLayersOf(digest: string, evidence: readonly VerdictEvidence[]): [Layers, Commands | null] {
  const filter = filterOf(evidence);
  const maySeeFindings = useMay('findings.read');
  const maySeeReport = useMay('images.read');
  const isMeant = maySeeFindings && filter !== '' && digest !== '';
  // Without them the reasons are told all the same: nothing is said of it where they cannot be read.
  const findings = useQuery({ ...queryOf(listImageFindings, { path: { digest }, query: { filter, limit: LARGEST_PAGE } }), enabled: isMeant, retry: false });
  const [asked, setAsked] = useState<string | null>(null);
  const isWanted = asked === digest;
  const commands = useQuery({
    queryKey: [showImageReport.id, digest, 'commands'],
    queryFn: async ({ signal }) => new Fields(await showImageReport({ path: { digest } }, { signal })).object('image').list('layers').map((layer) => layer.text('created_by')),
    enabled: isWanted,
    staleTime: Infinity,
  });
  const items = isMeant ? findings.data?.items : undefined;
  const isPending = isMeant && findings.isPending;
  const shown = (isWanted ? commands.data : undefined) ?? null;
  const layers = useMemo<Layers>(() => ({ isPending, of: items ? layersOf(items) : NONE.of, commands: shown }), [isPending, items, shown]);
  const hasLayers = items?.some(({ layer }) => layer != null) ?? false;
  if (!maySeeReport || !(isPending || hasLayers)) return [layers, null];
  const toggle = () => {
    if (isWanted && shown === null) void commands.refetch();
    else setAsked(isWanted ? null : digest);
  };
  return [layers, { isShown: shown !== null, isAsking: commands.isFetching, error: isWanted && !commands.isFetching ? commands.error : null, toggle }];
}
