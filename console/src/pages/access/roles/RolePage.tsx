import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { hasCode } from '../../../client/failure';
import { deleteRole, listGroups, listPermissions, listRoles, listScopes, listUsers, showMe, showRole, updateRole, type Role } from '../../../client/generated';
import { answerOf, queryOf } from '../../../client/queries';
import type { Answer } from '../../../client/transport';
import { useMay } from '../../../frame/me';
import { useTitle } from '../../../frame/title';
import { useMessages } from '../../../i18n/language';
import { EditForm } from '../../../parts/edit/EditForm';
import { useEdit } from '../../../parts/edit/useEdit';
import { HostileText } from '../../../parts/HostileText';
import { Loaded } from '../../../parts/Loaded';
import { LinkButton } from '../../../parts/LinkButton';
import { ObjectHead } from '../../../parts/ObjectHead';
import { Alert } from '../../../parts/pf';
import { Problem } from '../../../parts/Problem';
import { Remove } from '../../../parts/Remove';
import { PageSkeleton } from '../../../parts/Skeleton';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { nearestPreset } from './compare';
import { messages } from './messages';
import { RoleFields, type RoleDraft } from './RoleFields';

/** One role: what it allows, where, and who holds it. */
export function RolePage() {
  const { id } = useParams({ from: '/frame/access/roles/$id' });
  const role = useQuery(answerOf(showRole, { path: { id } }));
  // What the page tells besides stands above and within the form: with it nothing moves when it comes.
  const others = [useAll(listRoles), useAll(listUsers), useAll(listGroups), useAll(listScopes)];
  const areas = useQuery({ ...queryOf(listPermissions, {}), staleTime: Infinity });
  const [isShown, setIsShown] = useState(false);
  // What failed is asked for once more by whatever shows it: the page that does so stays meanwhile.
  if (!isShown && (areas.isPending || others.some((list) => list.isPending))) return <PageSkeleton />;
  if (!isShown) setIsShown(true);
  return <Loaded query={role}>{(answer) => <Whole key={id} answer={answer} />}</Loaded>;
}

function draftOf({ name, description, permissions, scopes }: Role): RoleDraft {
  return { name, description, permissions, scopes };
}

function Whole({ answer }: { answer: Answer<Role> }) {
  const t = useMessages(messages);
  const words = useAccessWords();
  const mayWrite = useMay('access.write');
  const role = answer.data;
  const path = { id: role.id };
  const name = words.role(role);
  const isEditable = mayWrite && !role.is_preset;
  const edit = useEdit({
    answer,
    queryKey: answerOf(showRole, { path }).queryKey,
    draftOf,
    read: () => showRole.answer({ path }),
    save: (body, ifMatch) => updateRole.answer({ path, body }, { ifMatch }),
    stale: [listRoles.id, showMe.id],
  });
  const shown = isEditable ? edit : { ...edit, draft: { ...edit.draft, name, description: words.roleText(role) } };
  useTitle(name);
  return (
    <div className="bh-page">
      <ObjectHead to="/access/roles" list={t('title')} title={<HostileText text={name} />}>
        {mayWrite && <LinkButton to="/access/roles/new" search={{ from: role.id }}>{t('copy')}</LinkButton>}
        {isEditable && (
          <Remove
            title={t('remove.title', { name })}
            action={t('remove')}
            text={t('remove.text')}
            run={() => deleteRole({ path }, { ifMatch: answer.etag })}
            to="/access/roles"
            stale={[listRoles.id]}
          />
        )}
      </ObjectHead>
      {role.is_preset && <p className="bh-quiet">{t('preset.text')}</p>}
      {!role.is_preset && <Nearest permissions={edit.draft.permissions} />}
      <Holders role={role} />
      <EditForm hint={<>{hasCode(edit.error, 'access.last_administrator') && <Alert variant="info" isInline title={t('last_administrator')} />}{hasCode(edit.error, 'access.beyond_own_rights') && <Alert variant="info" isInline title={t('beyond')} />}</>} edit={shown} isEditable={isEditable} memberName={(member) => t(member as keyof RoleDraft)}>
        <RoleFields draft={shown.draft} change={edit.change} />
      </EditForm>
    </div>
  );
}

/** How far what is ticked is from the nearest preset. */
function Nearest({ permissions }: { permissions: readonly string[] }) {
  const t = useMessages(messages);
  const words = useAccessWords();
  const roles = useAll(listRoles).items;
  const nearest = nearestPreset({ permissions: [...permissions], is_preset: false }, roles);
  if (!nearest) return null;
  const preset = words.role(nearest.preset);
  const [added, missing] = [nearest.added.size, nearest.missing.size];
  return <p className="bh-quiet">{added + missing === 0 ? t('same', { preset }) : t('compared', { preset, added, missing })}</p>;
}

function Holders({ role }: { role: Role }) {
  const t = useMessages(messages);
  const everybody = [useAll(listUsers), useAll(listGroups)] as const;
  const failed = everybody.find((all) => all.error);
  // Nobody is said to hold it only where everybody was looked at.
  if (failed) return <Problem error={failed.error} onRetry={failed.retry} />;
  const users = everybody[0].items.filter((user) => user.roles.includes(role.id));
  const groups = everybody[1].items.filter((group) => group.roles.includes(role.id));
  return (
    <dl className="bh-facts">
      <dt>{t('people')}</dt>
      <dd>
        {users.length + groups.length === 0 && t('people.none')}
        {users.map((user, at) => <span key={user.id}>{at > 0 && ' · '}<Link to="/access/users/$id" params={{ id: user.id }}><HostileText text={user.name} /></Link></span>)}
        {groups.map((group, at) => <span key={group.id}>{at + users.length > 0 && ' · '}<Link to="/access/groups/$id" params={{ id: group.id }}><HostileText text={group.name} /></Link></span>)}
      </dd>
    </dl>
  );
}
