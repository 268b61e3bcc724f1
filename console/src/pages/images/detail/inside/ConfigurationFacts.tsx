import { useQuery } from '@tanstack/react-query';
import { useFormat, useMessages } from '../../../../i18n/language';
import { HostileText } from '../../../../parts/HostileText';
import { Icon } from '../../../../parts/icons';
import { Loaded } from '../../../../parts/Loaded';
import { messages } from './messages';
import { insideQuery, type Configuration, type Named } from './report';
import { runsAsSuperuser } from './superuser';

/** As whom an image runs, where it listens, what it sets. */
export default function ConfigurationFacts({ digest }: { digest: string }) {
  const t = useMessages(messages);
  const inside = useQuery(insideQuery(digest));
  return (
    <section className="bh-configuration" tabIndex={0} aria-label={t('configuration.title')}>
      <Loaded query={inside} isPart>{({ configuration }) => <Facts configuration={configuration} />}</Loaded>
    </section>
  );
}

function Facts({ configuration }: { configuration: Configuration }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { user, userId, ports, healthcheck, environment, labels, annotations } = configuration;
  if (user === null) return <p>{t('configuration.none')}</p>;
  const health = healthcheck === 'set' || healthcheck === 'absent' ? healthcheck : 'unknown';
  return (
    <>
      <dl className="bh-facts">
        <dt>{t('configuration.user')}</dt>
        <dd>
          {user === '' ? t('configuration.nobody') : <HostileText text={user} />}
          {user !== '' && userId !== null && ` (${String(userId)})`}
          {runsAsSuperuser(user, userId) && <span className="bh-mark bh-decision-would_deny"><Icon name="warn" /><span>{t('configuration.superuser')}</span></span>}
        </dd>
        <dt>{t('configuration.ports')}</dt>
        <dd>{ports.length === 0 ? t('configuration.no_ports') : <HostileText text={format.list(ports)} />}</dd>
        <dt>{t('configuration.healthcheck')}</dt>
        <dd>{t(`configuration.healthcheck.${health}`)}</dd>
      </dl>
      <Values title={t('configuration.environment', { count: environment.length })} note={t('configuration.masked')} values={environment} />
      <Values title={t('configuration.labels', { count: labels.length })} values={labels} />
      <Values title={t('configuration.annotations', { count: annotations.length })} values={annotations} />
    </>
  );
}

function Values({ title, note, values }: { title: string; note?: string; values: readonly Named[] }) {
  if (values.length === 0) return null;
  return (
    <details>
      <summary>{title}</summary>
      {note !== undefined && <p className="bh-quiet">{note}</p>}
      <dl className="bh-facts">
        {values.flatMap(({ name, value }, at) => [
          <dt key={`${String(at)} name`}><code><HostileText text={name} /></code></dt>,
          <dd key={at}><code><HostileText text={value} /></code></dd>,
        ])}
      </dl>
    </details>
  );
}
