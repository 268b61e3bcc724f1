// What of an integration is edited: all fields of all kinds, of which the kind takes its own.
import type { Integration, IntegrationEdit, MailSecurity, Target } from '../../client/generated';

export const KINDS = ['webhook', 'slack', 'email'] as const;

export type Kind = (typeof KINDS)[number];

/** The topics that there are (`crates/store/src/events.rs`). */
export const TOPICS = [
  'verdict.changed', 'image.registered', 'image.removed', 'tag.moved',
  'exception.requested', 'exception.approved', 'exception.refused', 'exception.withdrawn', 'exception.ends_soon', 'exception.expired',
  'finding.acknowledged', 'job.failed', 'token.orphaned',
] as const;

export const SECURITIES = ['tls', 'starttls', 'none'] as const satisfies readonly MailSecurity[];

const PORTS: Record<MailSecurity, string> = { tls: '465', starttls: '587', none: '25' };

export interface IntegrationDraft {
  name: string;
  kind: Kind;
  url: string;
  host: string;
  port: string;
  security: MailSecurity;
  user: string;
  from: string;
  to: string;
  template: string;
  /** What is typed; never what is kept. */
  secret: string;
  topics: string[];
  /** Topics that are typed: patterns, and those of a newer server. */
  otherTopics: string;
  isAll: boolean;
  language: string;
  digest: number;
  is_enabled: boolean;
}

export function emptyDraft(language: string): IntegrationDraft {
  return {
    name: '', kind: 'webhook', url: '', host: '', port: '587', security: 'starttls', user: '', from: '', to: '', template: '', secret: '',
    topics: ['verdict.changed'], otherTopics: '', isAll: false, language, digest: 0, is_enabled: true,
  };
}

export function draftOf(integration: Integration): IntegrationDraft {
  const { target } = integration;
  const known = (topic: string) => TOPICS.some((one) => one === topic);
  const isAll = integration.topics.includes('*');
  return {
    ...emptyDraft(integration.language),
    name: integration.name,
    kind: target.kind,
    template: target.template ?? '',
    ...(target.kind === 'webhook' ? { url: target.url } : {}),
    ...(target.kind === 'email'
      ? { host: target.host, port: String(target.port), security: target.security, user: target.user ?? '', from: target.from, to: target.to.join(', ') }
      : {}),
    topics: integration.topics.filter(known),
    otherTopics: integration.topics.filter((topic) => topic !== '*' && !known(topic)).join(', '),
    isAll,
    digest: integration.digest_seconds,
    is_enabled: integration.is_enabled,
  };
}

export function editOf(draft: IntegrationDraft): IntegrationEdit {
  return {
    name: draft.name,
    target: targetOf(draft),
    // Absent, the one so far stays.
    ...(draft.secret === '' ? {} : { secret: draft.secret }),
    topics: draft.isAll ? ['*'] : [...draft.topics, ...words(draft.otherTopics)],
    language: draft.language,
    digest_seconds: draft.digest,
    is_enabled: draft.is_enabled,
  };
}

/** Another encryption with its usual port, unless the port was chosen otherwise. */
export function secured(draft: IntegrationDraft, security: MailSecurity): Partial<IntegrationDraft> {
  return { security, ...(draft.port === PORTS[draft.security] ? { port: PORTS[security] } : {}) };
}

function targetOf(draft: IntegrationDraft): Target {
  const template = draft.template === '' ? {} : { template: draft.template };
  switch (draft.kind) {
    case 'webhook':
      return { kind: 'webhook', url: draft.url, ...template };
    case 'slack':
      return { kind: 'slack', ...template };
    case 'email':
      return {
        kind: 'email', host: draft.host, port: Number(draft.port), security: draft.security, from: draft.from, to: words(draft.to),
        ...(draft.user === '' ? {} : { user: draft.user }), ...template,
      };
  }
}

function words(text: string): string[] {
  return text.split(/[\s,、]+/).filter((word) => word !== '');
}
