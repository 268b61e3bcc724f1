import type { Verdict } from '../../client/verdict';
import { useFormat, useMessages } from '../../i18n/language';
import { CopyButton } from '../CopyButton';
import { HostileText } from '../HostileText';
import { messages } from './messages';
import { upgradesOf } from './upgrades';

/** The upgrades that repair what is denied, with their commands; whether they are enough is said too. */
export function FixFirst({ verdict }: { verdict: Verdict }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { upgrades, areEnough } = upgradesOf(verdict);
  if (upgrades.length === 0) return null;
  const commands = [...new Set(upgrades.flatMap((upgrade) => upgrade.commands))];
  return (
    <section>
      <h3>{areEnough ? t('fix.enough', { count: upgrades.length }) : t('fix.part', { count: upgrades.length })}</h3>
      <ul className="bh-evidence">
        {upgrades.map((upgrade) => (
          <li key={upgrade.package}>
            <HostileText text={upgrade.package} /> → <HostileText text={format.list(upgrade.versions)} />
          </li>
        ))}
      </ul>
      {commands.length > 0 && <CopyButton text={commands.join('\n')} label={t('fix.copy', { count: commands.length })} />}
    </section>
  );
}
