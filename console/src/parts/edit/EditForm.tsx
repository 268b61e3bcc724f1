import { useBlocker } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../../i18n/language';
import { Refused } from '../field/Refused';
import { Button, Form } from '../pf';
import { Problem } from '../Problem';
import { ConflictNote } from './ConflictNote';
import { LeaveQuestion } from './LeaveQuestion';
import { messages } from './messages';
import type { Edit } from './useEdit';

interface EditFormProps<Draft> {
  edit: Edit<Draft>;
  /** The name of a member of the draft, where two changed it. */
  memberName: (member: string) => string;
  /** Its value in words. */
  memberValue?: (member: string, value: unknown) => string;
  /** Whether the reader may change it; else it is shown only. */
  isEditable?: boolean;
  isWide?: boolean;
  /** What to do about what is wrong, where the page knows. */
  hint?: ReactNode;
  children: ReactNode;
}

/** The form of an object: fields, what is wrong, what somebody else changed, Save. */
export function EditForm<Draft>({ edit, memberName, memberValue, isEditable = true, isWide = false, hint, children }: EditFormProps<Draft>) {
  const t = useMessages(messages);
  return (
    <Refused error={edit.error}>
      <Form className={isWide ? 'bh-form bh-form-wide' : 'bh-form'} onSubmit={(event) => { event.preventDefault(); edit.save(); }}>
        <fieldset className="bh-fieldset" disabled={!isEditable}>{children}</fieldset>
        {/* Beside the button that was pressed: forms are long. */}
        {edit.error && <Problem error={edit.error} />}
        {edit.error && hint}
        {edit.conflict && <ConflictNote conflict={edit.conflict} memberName={memberName} memberValue={memberValue} onDiscard={edit.discard} />}
        {isEditable && (
          <div className="bh-actions">
            <Button type="submit" isLoading={edit.isPending} isDisabled={!edit.isChanged || edit.isPending || edit.conflict !== null}>{t('save')}</Button>
            {edit.isChanged && <Button variant="link" onClick={edit.discard}>{t('discard')}</Button>}
            <span role="status" className="bh-quiet">{!edit.isChanged && edit.saves > 0 ? t('saved') : ''}</span>
          </div>
        )}
        <LeaveGuard isChanged={edit.isChanged} />
      </Form>
    </Refused>
  );
}

interface LeaveGuardProps {
  isChanged: boolean;
  /** What of the address makes it another page, where its path alone does not. */
  parameters?: readonly string[];
}

/** Asks before a page with a draft is left. */
export function LeaveGuard({ isChanged, parameters = [] }: LeaveGuardProps) {
  const blocker = useBlocker({
    // Filters, tabs and drawers are of the same page: the draft stays.
    shouldBlockFn: ({ current, next }) => isChanged && (current.pathname !== next.pathname || parameters.some((name) => partOf(current.search, name) !== partOf(next.search, name))),
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return <LeaveQuestion onLeave={blocker.proceed} onStay={blocker.reset} />;
}

function partOf(search: object, name: string): unknown {
  return (search as Readonly<Record<string, unknown>>)[name];
}
