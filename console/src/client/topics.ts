// The topics of the stream of events that several pages follow (`crates/store/src/events.rs`).

/** What changes the images of a list, and what is counted of them. That a scan was asked for changes neither. */
export const IMAGE_CHANGES: readonly string[] = ['image.registered', 'image.removed', 'verdict.*'];

/** Somebody asked for an image to be fetched and read anew; `by` tells who, where that may be known. */
export const RESCAN_REQUESTED = 'image.rescan_requested';

/** A scan of an image that a person waited for has ended, well or badly; where the decision stays, nothing else tells so. */
export const RESCAN_ENDED = 'image.rescan_ended';

/** Somebody has seen a finding, or takes it back that they have; `by` tells who. */
export const SEEN_CHANGES: readonly string[] = ['finding.acknowledged', 'finding.unacknowledged'];
