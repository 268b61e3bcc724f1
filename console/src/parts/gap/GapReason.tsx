import { HostileText } from '../HostileText';
import { useReasons } from './useReasons';

/** Why something could not be read, as a report says it, in the reader's language. */
export function GapReason({ text }: { text: string }) {
  return <HostileText text={useReasons()(text)} />;
}
