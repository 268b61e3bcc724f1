import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import { Alert, Button } from '../pf';
import { messages } from './messages';
import type { Conflict } from './useEdit';

interface ConflictNoteProps {
  conflict: Conflict;
  memberName: (member: string) => string;
  memberValue?: ((member: string, value: unknown) => string) | undefined;
  onDiscard: () => void;
}

/** Somebody else saved meanwhile: nothing was overwritten, and the reader chooses. */
export function ConflictNote({ conflict, memberName, memberValue = (_, value) => plain(value), onDiscard }: ConflictNoteProps) {
  const t = useMessages(messages);
  return (
    <Alert
      role="alert"
      variant="warning"
      isInline
      title={t('conflict.title')}
      actionLinks={
        <>
          <Button variant="link" isInline onClick={conflict.keep}>{t('conflict.keep')}</Button>
          <Button variant="link" isInline onClick={onDiscard}>{t('conflict.discard')}</Button>
        </>
      }
    >
      {conflict.collisions.length === 0 ? (
        <p>{t('conflict.apart')}</p>
      ) : (
        <>
          <p>{t('conflict.both')}</p>
          <dl className="bh-facts">
            {conflict.collisions.map(({ member, mine, theirs }) => (
              <div key={member} className="bh-fact">
                <dt>{memberName(member)}</dt>
                <dd>
                  {t.rich('conflict.values', {
                    mine: <b><HostileText text={memberValue(member, mine)} /></b>,
                    theirs: <b><HostileText text={memberValue(member, theirs)} /></b>,
                  })}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Alert>
  );
}

/** A value as it stands in a sentence. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value;
  return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(', ') : JSON.stringify(value);
}
