import type { VerdictEvidence } from '../../client/verdict';
import { japaneseWords } from '../../i18n/japanese';
import { HostileText } from '../HostileText';

const useWords = japaneseWords(() => import('./remedies'));

/** What repairs it, in the reader's language. */
export function Remedy({ evidence }: { evidence: VerdictEvidence }) {
  const words = useWords();
  const said = words ? words.sayRemedy(evidence) : evidence.remedy;
  return <HostileText text={(said ?? '').replaceAll('\n', '; ')} />;
}
