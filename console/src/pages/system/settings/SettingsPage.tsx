import { useQuery } from '@tanstack/react-query';
import { changeSettings, showSettings, type InstallationSettings } from '../../../client/generated';
import { answerOf } from '../../../client/queries';
import type { Answer } from '../../../client/transport';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { EditForm } from '../../../parts/edit/EditForm';
import { useEdit } from '../../../parts/edit/useEdit';
import { Loaded } from '../../../parts/Loaded';
import { PlainTable } from '../../../parts/PlainTable';
import { draftOf, editOf } from './draft';
import { messages } from './messages';
import { Setting, useSettingName } from './Setting';

const settings = answerOf(showSettings, {});

/** What holds for the whole installation, and where each value is from. */
export function SettingsPage() {
  return <Loaded query={useQuery(settings)}>{(answer) => <Whole answer={answer} />}</Loaded>;
}

function Whole({ answer }: { answer: Answer<InstallationSettings> }) {
  const t = useMessages(messages);
  const format = useFormat();
  const nameOf = useSettingName();
  const mayWrite = useMay('settings.write');
  const { items, configuration, changed } = answer.data;
  const edit = useEdit({
    answer,
    queryKey: settings.queryKey,
    draftOf,
    read: () => showSettings.answer({}),
    save: (draft, ifMatch) => changeSettings.answer({ body: editOf(draft) }, { ifMatch }),
    stale: [],
  });
  return (
    <div className="bh-page">
      <h1>{t('title')}</h1>
      <p>{t('text')}</p>
      {changed && <p className="bh-quiet">{t('changed', { time: format.dateTime(changed) })}</p>}
      <EditForm edit={edit} isEditable={mayWrite} memberName={(key) => nameOf(items.find((item) => item.key === key) ?? { key, meaning: key })}>
        {items.map((item) => <Setting key={item.key} item={item} value={edit.draft[item.key] ?? null} onValue={(value) => { edit.change({ [item.key]: value }); }} />)}
      </EditForm>
      <section className="bh-section">
        <h2>{t('configuration')}</h2>
        <p className="bh-quiet">{t('configuration.text')}</p>
        <PlainTable
          label={t('configuration')}
          headings={[t('configuration.key'), t('configuration.value'), t('configuration.place')]}
          rows={configuration.map((one) => ({
            key: one.key,
            cells: [
              <code key="key" title={one.meaning}>{one.key}</code>,
              one.value ? <code key="value">{one.value}</code> : t('configuration.none'),
              one.place ? <code key="place">{one.place}</code> : t('configuration.default'),
            ],
          }))}
        />
      </section>
    </div>
  );
}
