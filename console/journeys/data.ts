// The small set of data that journeys run on: images as a pipeline registers them, and intelligence as feeds bring it.

export const IMAGES = 40;

/** A name that would do harm if it were anything but text. */
export const HOSTILE = 'evil-\u202Egnp.exe-<img src=x onerror=alert(1)>';

interface Package {
  name: string;
  version: string;
}

/** Vulnerabilities of npm packages: id, package, fixed version, severity. */
const KNOWN = [
  ['GHSA-jf85-cpcp-j695', 'lodash', '4.17.12', 'CRITICAL', 'Prototype pollution in lodash'],
  ['GHSA-35jh-r3h4-6jhm', 'lodash', '4.17.21', 'HIGH', 'Command injection in lodash'],
  ['GHSA-xvch-5gv4-984h', 'minimist', '1.2.6', 'CRITICAL', 'Prototype pollution in minimist'],
  ['GHSA-hrpp-h998-j3pp', 'qs', '6.7.3', 'HIGH', 'qs is vulnerable to prototype pollution'],
  ['GHSA-rv95-896h-c2vc', 'express', '4.19.2', 'MODERATE', 'Open redirect with malformed addresses in express'],
  ['GHSA-c2qf-rxjj-qqgw', 'semver', '7.5.2', 'HIGH', 'Regular expressions of semver can be made slow'],
  ['GHSA-p6mc-m468-83gw', 'lodash.template', '99.0.0', 'LOW', 'Templates of lodash can be abused'],
] as const;

/** An advisory that comes later, on a package that every image has. */
export const LATER = { id: 'GHSA-5x5x-5x5x-5x5x', alias: 'CVE-2026-9001', package: 'express' };

/** What the feed has beside, once it has come. */
export function laterFeed(): Record<string, unknown> {
  return {
    [`${LATER.id}.json`]: {
      id: LATER.id,
      aliases: [LATER.alias],
      modified: '2026-11-01T00:00:00Z',
      published: '2026-11-01T00:00:00Z',
      summary: 'Every version of express can be made to answer strangers',
      affected: [{ package: { ecosystem: 'npm', name: LATER.package }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '99.0.0' }] }] }],
      database_specific: { severity: 'CRITICAL' },
    },
  };
}

/** The feed of these vulnerabilities, by file name, in the format of OSV. */
export function feed(modified = '2026-01-01T00:00:00Z'): Record<string, unknown> {
  return Object.fromEntries(
    KNOWN.map(([id, name, fixed, severity, summary], at) => [
      `${id}.json`,
      {
        id,
        aliases: [`CVE-2024-${String(1000 + at)}`],
        modified,
        published: '2025-11-01T00:00:00Z',
        summary,
        affected: [{ package: { ecosystem: 'npm', name }, ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }] }],
        database_specific: { severity },
      },
    ]),
  );
}

/** The index of an image: every third has old packages, every seventh a secret, every ninth a gap. */
export function image(number: number): { reference: string; index: unknown } {
  const team = number % 4 === 0 ? 'shop' : number % 4 === 1 ? 'billing' : 'platform';
  const packages: Package[] = [
    { name: 'express', version: number % 3 === 0 ? '4.17.1' : '4.21.0' },
    { name: 'qs', version: number % 3 === 0 ? '6.7.0' : '6.13.0' },
    { name: 'lodash', version: number % 5 === 0 ? '4.17.11' : '4.17.21' },
    { name: 'semver', version: number % 2 === 0 ? '7.3.0' : '7.6.0' },
    { name: `service-${String(number)}`, version: `1.${String(number)}.0` },
    ...(number === 7 ? [{ name: HOSTILE, version: '1.0.0' }, { name: '=cmd()', version: '1.0.0' }] : []),
  ];
  const reference = `registry.example/${team}/service-${String(number).padStart(2, '0')}:1.${String(number)}`;
  const secret = {
    kind: 'secret', rule: 'aws-access-key-id', title: 'AWS access key id app/.env', path: 'app/.env', location: 'file', line: 3,
    match: 'AKIA************WXYZ', category: 'cloud', base: false, excepted_by: null, severity: 'critical', layer: 0,
  };
  return {
    reference,
    index: {
      schema: 'bulkhead.report/1',
      target: { name: reference, kind: 'image', digest: digest(number), platform: 'linux/amd64' },
      os: { id: 'debian', version: '12', codename: 'bookworm', name: 'Debian GNU/Linux 12 (bookworm)', end_of_life: '2028-06-30' },
      image: {
        user: number % 2 === 0 ? '' : '10001',
        created: '2026-10-01T10:00:00Z',
        layers: [{ digest: digest(1000 + number), diff_id: digest(2000 + number), created_by: 'COPY app /app', size_bytes: 20_000_000 + number * 1_234_567, base: false }],
        labels: { team },
        environment: ['PATH=/usr/bin'],
        healthcheck: 'absent',
        exposed_ports: ['8080/tcp'],
        empty_history: [],
      },
      packages: packages.map(({ name, version }) => ({
        purl: `pkg:npm/${encodeURIComponent(name)}@${version}`,
        name, version, ecosystem: 'npm', type: 'npm', licenses: ['MIT'], paths: ['app/package-lock.json'], layer: 0,
      })),
      detectors: ['secrets', 'malware', 'licenses', 'misconfigurations'],
      findings: number % 7 === 0 ? [secret] : [],
      signatures: [], executables: [], writable_folders: [], removed: [],
      gaps: number % 9 === 0 ? [{ path: 'app/vendor.jar', reason: 'the central directory is damaged' }] : [],
      verdict: { decision: 'not_judged', policies: [] },
    },
  };
}

export function digest(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

export const POLICY = `schema: bulkhead.policy/1
name: prod-images
version: "12"
description: What may run in production
controls:
  - control: vulnerability.severity
    at_least: high
  - control: secret
`;
