import { useMemo, useState } from 'react';
import { preference, savePreference } from '../../frame/preferences';
import { THEMES, useTheme } from '../../frame/theme';
import { LANGUAGES, zones } from '../../i18n/format';
import { useMessages, useReader } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { Form } from '../../parts/pf';
import { Tick } from '../../parts/Tick';
import { useNow } from '../../parts/Timestamp';
import { messages } from './messages';

const SYSTEM = 'system';

/** How the console looks and reads. Each choice counts at once. */
export function Display() {
  const t = useMessages(messages);
  const { language, choose, zone, chooseZone, format } = useReader();
  const [theme, chooseTheme] = useTheme();
  const [hasKeys, setHasKeys] = useState(preference('shortcuts') !== 'off');
  const now = useNow();
  const zoneOptions = useMemo(() => [{ value: SYSTEM, label: t('zone.system') }, ...zones().map((value) => ({ value, label: value.replaceAll('_', ' ') }))], [t]);
  return (
    <Form className="bh-form" onSubmit={(event) => { event.preventDefault(); }}>
      <p className="bh-quiet">{t('display.text')}</p>
      <Choice label={t('language')} value={language} choices={LANGUAGES.map((value) => ({ value, label: t(`language.${value}`) }))} onValue={choose} />
      <Choice label={t('theme')} value={theme} choices={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))} onValue={chooseTheme} />
      <Choice
        label={t('zone')}
        help={t('zone.now', { time: `${format.dateTime(new Date(now).toISOString())} (${format.zone()})` })}
        value={zone ?? SYSTEM}
        choices={zoneOptions}
        onValue={(value) => { chooseZone(value === SYSTEM ? null : value); }}
      />
      <Tick label={t('shortcuts')} help={t('shortcuts.help')} isChecked={hasKeys} onChecked={(on) => { savePreference('shortcuts', on ? 'on' : 'off'); setHasKeys(on); }} />
    </Form>
  );
}
