// The verdict object (`docs/reference/report.md`), read at the border: the OpenAPI document calls it an object only.
import { Fields } from './fields';
import type { VerdictObject } from './generated';

export interface Verdict {
  id: string;
  decision: string;
  /** What follows of it: `block`, `fail_pipeline`, `notify`, `record`. */
  effects: string[];
  subject: string;
  digest: string;
  evaluated: string;
  /** The sequence of the intelligence; `null` where there was none. */
  intelligence: number | null;
  cause: string;
  policies: VerdictPolicy[];
  reasons: VerdictReason[];
  exceptions: VerdictException[];
}

export interface VerdictPolicy {
  name: string;
  version: string;
  /** Which of the versions that the server keeps it was; not told by older servers. */
  storedVersion: number | null;
  mode: string;
  applied: boolean;
  decision: string;
  scope: { term: string; meaning: string; isTrue: boolean }[];
  controls: VerdictControl[];
}

export interface VerdictControl {
  control: string;
  name: string | null;
  decision: string;
  clauses: string[];
  excepted: number;
}

export interface VerdictReason {
  code: string;
  parameters: Record<string, string | number>;
  policy: string | null;
  control: string | null;
  decision: string | null;
  evidence: VerdictEvidence[];
  evidenceCount: number;
}

export interface VerdictEvidence {
  kind: string | null;
  id: string;
  package: string | null;
  path: string | null;
  line: number | null;
  severity: string | null;
  score: number | null;
  fixedVersion: string | null;
  remedy: string | null;
}

export interface VerdictException {
  name: string;
  owner: string;
  reason: string;
  expires: string;
  state: string;
  findings: number;
}

/** Reads a verdict; what is missing is empty, so that a newer or older server does not break the page. */
export function verdictOf(object: VerdictObject): Verdict {
  const fields = new Fields(object);
  return {
    id: fields.text('id'),
    decision: fields.text('decision') || 'unknown',
    effects: fields.texts('effects'),
    subject: fields.text('subject'),
    digest: fields.text('digest'),
    evaluated: fields.text('evaluated'),
    intelligence: fields.number('intelligence'),
    cause: fields.text('cause'),
    policies: fields.list('policies').map((policy) => ({
      name: policy.text('name'),
      version: policy.text('version'),
      storedVersion: policy.number('stored_version'),
      mode: policy.text('mode'),
      applied: policy.flag('applied'),
      decision: policy.text('decision'),
      scope: policy.list('scope').map((term) => ({
        term: term.text('term'),
        meaning: term.text('meaning'),
        isTrue: term.flag('true'),
      })),
      controls: policy.list('controls').map((control) => ({
        control: control.text('control'),
        name: control.text('name') || null,
        decision: control.text('decision'),
        clauses: control.texts('clauses'),
        excepted: control.number('excepted') ?? 0,
      })),
    })),
    reasons: fields.list('reasons').map((reason) => ({
      code: reason.text('code'),
      parameters: reason.values('parameters'),
      policy: reason.text('policy') || null,
      control: reason.text('control') || null,
      decision: reason.text('decision') || null,
      evidence: reason.list('evidence').map((evidence) => ({
        kind: evidence.text('kind') || null,
        id: evidence.text('id'),
        package: evidence.text('package') || null,
        path: evidence.text('path') || null,
        line: evidence.number('line'),
        severity: evidence.text('severity') || null,
        score: evidence.number('score'),
        fixedVersion: evidence.text('fixed_version') || null,
        remedy: evidence.text('remedy') || null,
      })),
      evidenceCount: reason.number('evidence_count') ?? reason.list('evidence').length,
    })),
    exceptions: fields.list('exceptions').map((exception) => ({
      name: exception.text('name'),
      owner: exception.text('owner'),
      reason: exception.text('reason'),
      expires: exception.text('expires'),
      state: exception.text('state'),
      findings: exception.number('findings') ?? 0,
    })),
  };
}
