// What changed from one image to another: a `bulkhead.diff/1` document (`docs/reference/report.md`), read at the border.
import { Fields } from '../../../client/fields';

export interface Difference {
  findings: Record<Direction, ChangedFinding[]>;
  packages: { added: ChangedPackage[]; removed: ChangedPackage[]; changed: ChangedPackage[] };
  /** Kinds of findings that only one of the two was searched for. */
  notCompared: string[];
  /** Gaps that only the new one has. */
  gaps: { path: string; reason: string }[];
}

export type Direction = 'added' | 'removed' | 'changed';

export interface ChangedFinding {
  kind: string;
  id: string;
  /** The package, or the file where there is none. */
  place: string;
  severity: string;
  /** What it was before, where that changed. */
  oldSeverity: string | null;
  fixedVersion: string;
}

export interface ChangedPackage {
  name: string;
  type: string;
  version: string;
  /** The version before, where that changed. */
  oldVersion: string | null;
}

export function differenceOf(document: unknown): Difference {
  const fields = new Fields(document);
  const findings = fields.object('findings');
  const packages = fields.object('packages');
  return {
    findings: {
      added: findings.list('added').map(findingOf),
      removed: findings.list('removed').map(findingOf),
      changed: findings.list('changed').map(changedOf),
    },
    packages: {
      added: packages.list('added').map(packageOf),
      removed: packages.list('removed').map(packageOf),
      changed: packages.list('changed').map((one) => ({ name: one.text('name'), type: one.text('type'), version: one.text('new'), oldVersion: one.text('old') })),
    },
    notCompared: fields.texts('not_compared'),
    gaps: fields.object('gaps').list('added').map((gap) => ({ path: gap.text('path'), reason: gap.text('reason') })),
  };
}

function findingOf(finding: Fields): ChangedFinding {
  return {
    kind: finding.text('kind'),
    id: idOf(finding),
    place: finding.object('package').text('purl') || finding.text('path'),
    severity: finding.text('severity'),
    oldSeverity: null,
    fixedVersion: finding.text('fixed_version'),
  };
}

function changedOf(finding: Fields): ChangedFinding {
  const before = finding.object('old');
  const after = finding.object('new');
  const [name, version] = [finding.object('package').text('name'), after.text('version')];
  return {
    kind: finding.text('kind'),
    id: idOf(finding),
    place: version === '' ? name : `${name} ${version}`,
    severity: after.text('severity'),
    oldSeverity: before.text('severity') === after.text('severity') ? null : before.text('severity'),
    fixedVersion: after.text('fixed_version'),
  };
}

/** What each kind is called by. */
function idOf(finding: Fields): string {
  return finding.text('id') || finding.text('rule') || finding.text('name');
}

function packageOf(one: Fields): ChangedPackage {
  return { name: one.text('name'), type: one.text('type'), version: one.text('version'), oldVersion: null };
}
