import { useMessages } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { PickList } from '../../parts/PickList';
import { TOPICS } from './draft';
import type { IntegrationFieldsProps } from './IntegrationFields';
import { messages } from './messages';

/** Which events are told. */
export function Topics({ draft, change }: Pick<IntegrationFieldsProps, 'draft' | 'change'>) {
  const t = useMessages(messages);
  return (
    <>
      <Choice
        member={draft.isAll ? 'topics' : undefined}
        label={t('topics')}
        value={draft.isAll ? 'all' : 'some'}
        choices={[{ value: 'some', label: t('topics.some') }, { value: 'all', label: t('topics.all') }]}
        onValue={(value) => { change({ isAll: value === 'all' }); }}
      />
      {!draft.isAll && (
        <>
          <PickList
            member="topics"
            label={t('topics.which')}
            options={TOPICS.map((topic) => ({ id: topic, label: t(`topic.${topic}`), description: <code>{topic}</code> }))}
            chosen={draft.topics}
            onChosen={(topics) => { change({ topics }); }}
          />
          <Field label={t('topics.more')} help={t('topics.more.help')} spellCheck={false} value={draft.otherTopics} onValue={(otherTopics) => { change({ otherTopics }); }} />
        </>
      )}
    </>
  );
}
