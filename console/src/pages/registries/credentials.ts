// Credentials of registries while they are written: which types a kind of registry takes, and what the API is told.
import type { RegistryCredential, RegistryKind } from '../../client/generated';

/** Types that every registry takes. */
const PLAIN = ['none', 'password', 'token', 'refresh_token'] as const;

/** Types of clouds, which the server exchanges itself; the best one first. */
const CLOUD = {
  ecr: ['aws_ambient', 'aws_keys'],
  google: ['google_ambient', 'google_key'],
  acr: ['azure_secret'],
} as const;

export const CREDENTIALS = [...PLAIN, ...CLOUD.ecr, ...CLOUD.google, ...CLOUD.acr] as const;

export type CredentialWord = (typeof CREDENTIALS)[number];

/** `keep` leaves what is stored. */
export type CredentialType = CredentialWord | 'keep';

/** What stands in the form of a credential. Secrets are never filled from the server, which does not tell them. */
export interface CredentialDraft {
  credential: CredentialType;
  user: string;
  /** Password, token, secret key, key file or secret of an application. */
  secret: string;
  accessKey: string;
  sessionToken: string;
  region: string;
  roleArn: string;
  externalId: string;
  tenant: string;
  clientId: string;
}

export const NO_CREDENTIAL: CredentialDraft = {
  credential: 'none',
  user: '',
  secret: '',
  accessKey: '',
  sessionToken: '',
  region: '',
  roleArn: '',
  externalId: '',
  tenant: '',
  clientId: '',
};

/** The types that a kind of registry takes. */
export function credentialsOf(kind: RegistryKind): readonly CredentialWord[] {
  const own: readonly CredentialWord[] = kind === 'ecr' || kind === 'google' || kind === 'acr' ? CLOUD[kind] : [];
  return [...PLAIN, ...own];
}

/** Whether the server uses what it has itself: the configuration has to allow it. */
export function isAmbient(credential: CredentialType): boolean {
  return credential === 'aws_ambient' || credential === 'google_ambient';
}

export function credentialWordOf(word: string | null | undefined): CredentialWord | null {
  return CREDENTIALS.find((known) => known === word) ?? null;
}

/** What the API is told; nothing where the stored one stays. */
export function credentialOf(draft: CredentialDraft): RegistryCredential | null {
  const text = (value: string) => value.trim();
  const account = {
    ...(text(draft.region) === '' ? {} : { region: text(draft.region) }),
    ...(text(draft.roleArn) === '' ? {} : { role: { arn: text(draft.roleArn), ...(text(draft.externalId) === '' ? {} : { external_id: text(draft.externalId) }) } }),
  };
  switch (draft.credential) {
    case 'keep':
      return null;
    case 'none':
      return { type: 'none' };
    case 'password':
      return { type: 'password', user: draft.user, password: draft.secret };
    case 'token':
    case 'refresh_token':
      return { type: draft.credential, token: draft.secret };
    case 'aws_keys':
      return { type: 'aws_keys', access_key_id: text(draft.accessKey), secret_access_key: text(draft.secret), ...(text(draft.sessionToken) === '' ? {} : { session_token: text(draft.sessionToken) }), ...account };
    case 'aws_ambient':
      return { type: 'aws_ambient', ...account };
    case 'google_key':
      return { type: 'google_key', key: text(draft.secret) };
    case 'google_ambient':
      return { type: 'google_ambient' };
    case 'azure_secret':
      return { type: 'azure_secret', tenant: text(draft.tenant), client_id: text(draft.clientId), client_secret: text(draft.secret) };
  }
}

/** The region that an address of Amazon ECR tells: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
export function regionOf(address: string): string | null {
  const host = address.trim().toLowerCase().replace(/^https:\/\//, '');
  return /\.dkr[.-]ecr(?:-fips)?\.([a-z]{2,4}(?:-[a-z0-9]+)+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/.exec(host)?.[1] ?? null;
}
