// Made by scripts/generate-client.mjs from docs/reference/openapi.json. Do not edit.
import { operation } from './transport';

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  next?: string | null;
  total?: number | null;
}

/** What was acknowledged. */
export interface Acknowledged {
  /** One acknowledgement for each place that it counts in. */
  items: FindingAcknowledgement[];
}

/** That one has seen a finding of an image. */
export interface AcknowledgementRequest {
  /** Id of the vulnerability or check, name of the rule or license. */
  id: string;
  /** Whether it counts for this image alone, and not for all images of its repositories. */
  is_of_image?: boolean;
  /** `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`. */
  kind: string;
  /** The purl of the package, where it is about one. */
  package?: string | null;
  /** The file, where it is in one. */
  path?: string | null;
  /** What one says of it: 3 to 2,000 characters. */
  reason: string;
  until?: Moment | null;
}

/** An application scope: what belongs to one application. */
export interface ApplicationScope {
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** What it is for. */
  description: string;
  /** How the variables stand together: `v1 && (v2 || !v3)`. */
  expression: string;
  /** The id. */
  id: string;
  /** The name. */
  name: string;
  /** The variables `v1`, `v2` … in their order. */
  variables: ScopeVariable[];
}

/** An approval that is given. */
export interface ApprovalRequest {
  /** Why. */
  comment?: string;
}

/** Who acted, and how they reached the server. */
export interface AuditActor {
  /** The address that the request came from. */
  address?: string | null;
  /** The id. */
  id: string;
  /** `user`, `token`, `server` or `unknown`. */
  kind: string;
  /** The name at that time. */
  name: string;
  /** The id of the request. */
  request?: string | null;
}

/** A signed statement of how far the trail went, to be kept elsewhere. */
export interface AuditCheckpoint {
  /** When it was made. */
  at: Moment;
  /** The hash of the record, in hexadecimal digits. */
  hash: string;
  /** Which key signed. */
  key_id: string;
  /** The public key in base 64, where it is that of a server with this one's master key. */
  public_key?: string | null;
  /** The number of the record. */
  sequence: number;
  /** The Ed25519 signature of the statement, in base 64. */
  signature: string;
  /** The text that is signed. */
  statement: string;
}

/** A fault of the trail. */
export interface AuditFault {
  /** `deleted`, `altered`, `moved`, `rewritten`, `forged_checkpoint`, `beheaded` or `added`. */
  code: string;
  /** Where a moved record stands. */
  moved_to?: number | null;
  /** The number of the record. */
  sequence: number;
}

/** A record of the audit trail. */
export interface AuditRecord {
  /** What was done: `user.create`. */
  action: string;
  /** Who did it. */
  actor: AuditActor;
  /** The object after. */
  after?: unknown;
  /** When it happened. */
  at: Moment;
  /** The object before. */
  before?: unknown;
  /** The hash, in hexadecimal digits. */
  hash: string;
  /** The sort of object. */
  object: string;
  /** The id of the object. */
  object_id: string;
  /** The name of the object at that time. */
  object_name: string;
  /** How it ended: `done`, `refused`, `failed`. */
  outcome: string;
  /** Its number, from 1. */
  sequence: number;
}

/** What the verification of the trail found. */
export interface AuditVerification {
  /** How many checkpoints agree. */
  checkpoints: number;
  fault?: AuditFault | null;
  /** The number of the oldest record; older ones were removed by the retention setting. */
  first: number;
  /** Whether every record is there as it was written. */
  is_whole: boolean;
  /** The keys by which these were verified, by id. */
  keys?: AuditVerificationKey[];
  /** The number of the last good record. */
  last: number;
  /** How many checkpoints were signed by a key that is not known here. */
  unknown_checkpoints: number;
}

/** A key that signed checkpoints which agree. */
export interface AuditVerificationKey {
  /** How many checkpoints agree that it signed. */
  checkpoints: number;
  /** When the first of these was made, as is signed with it. */
  first: Moment;
  /** Its id. */
  id: string;
  /** Whether it is the key of the server that answers; others are of servers that have the same master key, or had. */
  is_own: boolean;
  /** When the last of these was made. */
  last: Moment;
  /** The public key in base 64, which `bulkhead admin audit verify --key` takes. */
  public_key: string;
}

/** A role of AWS that is taken on. */
export interface AwsRole {
  /** Its name: `arn:aws:iam::123456789012:role/scan`. */
  arn: string;
  /** What the other account wants to be told. */
  external_id?: string | null;
}

/** A bulk action of one's own to be taken back: what it changed, as far as that is still as it left it. */
export interface BulkUndo {
  /** The id of the job that did it. */
  job: string;
}

/** What is to be done to all that a filter takes. */
export type BulkWork = ImagesBulkRequest & {
  resource: 'images';
} | JobsBulkRequest & {
  resource: 'jobs';
} | VulnerabilitiesBulkRequest & {
  resource: 'vulnerabilities';
} | BulkUndo & {
  resource: 'undo';
};

/** A reason as data: the catalogs have the sentence of its code. */
export interface Cause {
  /** The code: `registry.unauthorized`. */
  code: string;
  /** The values of the sentence. */
  parameters?: Record<string, unknown>;
}

/** A setting of the configuration. */
export interface ConfiguredSetting {
  /** Its key in the file. */
  key: string;
  /** What it is, in English. */
  meaning: string;
  /** The file or variable that gives it; absent for a default. */
  place?: string | null;
  /** Its value, without passwords; absent where it has none. */
  value?: string | null;
}

/** One's own password, given again before something dangerous. */
export interface Confirmation {
  /** The password. */
  password: string;
}

/** A message that was given up. */
export interface DeadLetter {
  /** How often it was tried. */
  attempts: number;
  /** What happened. */
  event: Event;
  /** Why it was given up. */
  failure: string;
  /** The same in Japanese, where it is known. */
  failure_ja?: string | null;
  /** Its number. */
  id: number;
}

/** A number for each decision. */
export interface DecisionCounts {
  /** Allowed. */
  allow: number;
  /** Denied. */
  deny: number;
  /** Allowed by an exception. */
  excepted: number;
  /** Not known. */
  unknown: number;
  /** A policy that only audits would deny. */
  would_deny: number;
}

/** That somebody approved a digest in a repository. */
export interface DigestApproval {
  /** When. */
  at: Moment;
  /** Who approved it. */
  by: string;
  /** What they said. */
  comment: string;
  /** The registry. */
  registry: string;
  /** The repository. */
  repository: string;
}

/** What a change of policies would do. */
export interface DryRun {
  /** How many of them would have another decision. */
  changed: number;
  /** How many images were judged. */
  images: number;
  /** Whether there are more images than were judged. */
  is_partial: boolean;
  /** The first of those that would change. */
  items: DryRunChange[];
  /** The id of the job that judges all of them, where there are more than fit in a request. */
  job?: string | null;
}

/** An image that would have another decision. */
export interface DryRunChange {
  /** The decision now. */
  from: string;
  /** The image. */
  image: Image;
  /** The decision then. */
  to: string;
}

/** How a dry run stands that is a job. */
export interface DryRunJob {
  /** How many of them would have another decision. */
  changed: number;
  expires?: Moment | null;
  /** How many images were judged. */
  images: number;
  /** The id of the job. */
  job: string;
  /** `waiting`, `leased`, `done`, `dead` or `cancelled`. */
  state: string;
  /** How many images there were when it began. */
  total?: number | null;
}

/** What a change of policies would do, before anybody makes it. */
export interface DryRunRequest {
  /** The document that it would have; none where it would be removed. */
  document?: string | null;
  /** The policy that would be replaced; none for a new one. */
  policy?: string | null;
}

/** How many were ended. */
export interface Ended {
  /** The number. */
  ended: number;
}

/** Something that happened. */
export interface Event {
  /** When. */
  at: Moment;
  /** Its number. */
  id: number;
  /** The sort of object. */
  object: string;
  /** Its id. */
  object_id: string;
  /** The values of its sentence. */
  parameters: Record<string, unknown>;
  /** What sort of thing: `image.verdict`. */
  topic: string;
}

/** A decision on an exception. */
export interface ExceptionDecision {
  /** Why. */
  comment?: string;
}

/** What an exception would do, before anybody asks for it. */
export interface ExceptionPreview {
  /** How many of these would have another decision. */
  changed: number;
  /** How many images were judged. */
  images: number;
  /** Whether there are more images than were judged. */
  is_partial: boolean;
  /** The first of those that have something that it covers. */
  items: DryRunChange[];
  /** How many of them have something that it covers. */
  matches: number;
}

/** A request for an exception. */
export type ExceptionRequest = ExceptionTerms & ({
  /** The id of the policy that it is asked for: its authors cannot approve it. */
  policy?: string | null;
});

/** Exceptions by state. */
export interface ExceptionSummary {
  /** They hold. */
  approved: number;
  /** Of these, those that end within 14 days. */
  ending: number;
  /** They wait for a decision. */
  requested: number;
}

/** What is excepted, as in a file of exceptions. */
export interface ExceptionTerms {
  /** The last day on which it holds, or the moment at which it ends. */
  expires: string;
  /** CVE ids, ids of checks, names of rules or licenses. */
  ids?: string[];
  /** `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`, `gap`; none for every kind of finding. */
  kind?: string | null;
  /** The name under which verdicts and findings tell of it. */
  name: string;
  /** Who answers for it. */
  owner: string;
  /** Only in this package: `name`, `ecosystem`, `version`. */
  package?: Record<string, unknown> | null;
  /** Only in files that this pattern matches. */
  path?: string | null;
  /** Why it may stay. */
  reason: string;
  /** Only in these images: `expression`, `variables`. */
  scope?: Record<string, unknown> | null;
}

/** How it is written. */
export type ExportFormat = 'csv' | 'jsonl' | 'sarif';

/** What an export is asked for, in the query of a download and in the body of a job. */
export interface ExportRequest {
  /** Which rows, as the list takes it; all without it. */
  filter?: string | null;
  /** How it is written. */
  format: ExportFormat;
  /** Of findings: in which images, as the list of images takes it; all without it. */
  images?: string | null;
  /** In which order, as the list takes it; of findings, the order of their images. Packages and the trail have one order. */
  sort?: string | null;
}

/** What is exported. */
export type ExportResource = 'images' | 'findings' | 'vulnerabilities' | 'packages' | 'audit';

/** All lists with their keys. */
export interface FilterCatalog {
  /** The lists. */
  items: FilterKeys[];
}

/** A key that a list can be filtered by. */
export interface FilterKey {
  /** A term that uses it. */
  example: string;
  /** Whether values are suggested for it. */
  is_suggested: boolean;
  /** `text`, `number`, `time`, `words`, `flag`. */
  kind: string;
  /** What it asks, in English. */
  meaning: string;
  /** Its name. */
  name: string;
  /** Whether the list can be sorted by it. */
  sorts: boolean;
  /** The words that it takes, in their order. */
  words?: string[];
}

/** The keys that a list can be filtered by. */
export interface FilterKeys {
  /** The keys. */
  keys: FilterKey[];
  /** The list: `images`. */
  resource: string;
}

/** That somebody has seen a finding. */
export interface FindingAcknowledgement {
  /** When. */
  at: Moment;
  /** Who. */
  by: string;
  /** Its id. */
  id: string;
  /** Where it counts: `registry/repository` for all images there, or the digest of one. */
  place: string;
  /** What they say. */
  reason: string;
  until?: Moment | null;
}

/** A group of users. */
export interface Group {
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** What it is for. */
  description: string;
  /** The id. */
  id: string;
  /** The ids of its members. */
  members: string[];
  /** The name. */
  name: string;
  /** The ids of the roles that all members hold. */
  roles: string[];
}

/** A group as it shall be. */
export interface GroupEdit {
  /** What it is for. */
  description?: string;
  /** The ids of its members. */
  members?: string[];
  /** The name. */
  name: string;
  /** The ids of the roles that all members hold. */
  roles?: string[];
}

/** How the installation does, part by part. */
export interface Health {
  /** When it was looked at. */
  at: Moment;
  /** The parts that one may see. */
  parts: HealthPart[];
  /** The worst state of a part. */
  state: string;
}

/** How a part does. */
export interface HealthPart {
  cause?: Cause | null;
  /** `database`, `intelligence`, `evaluation`, `jobs`, `registries`, `integrations`, `audit`. */
  part: string;
  since?: Moment | null;
  /** `ok`, `warning`, `failing`. */
  state: string;
}

/** A sign of life of whoever holds a job. */
export interface Heartbeat {
  /** What shows that one holds it. */
  lease: string;
}

/** What a message of a registry led to. */
export interface HookAnswer {
  /** How many images are scanned for it. */
  enqueued: number;
}

/** An image. */
export interface Image {
  /** Whether its digest may run: `none` where nobody approves digests in its repositories, `approved`, `not_approved`. */
  approval: string;
  /** What counts against it. */
  counts: ImageCounts;
  /** When it was made, as it says. */
  created?: string | null;
  /** When its decision came to be what it is. */
  decided: Moment;
  /** `allow`, `excepted`, `would_deny`, `unknown`, `deny`. */
  decision: string;
  /** The digest of its manifest. */
  digest: string;
  /** When its verdict came to be as it is. */
  evaluated: Moment;
  /** When its index came. */
  indexed: Moment;
  /** The name that it is listed under. */
  name: string;
  /** Id and version of its distribution. */
  os: string;
  /** How many packages it has. */
  packages: number;
  /** Its platform. */
  platform: string;
  /** When it was first registered. */
  registered: Moment;
  /** The severity of the worst finding that counts. */
  severity: string;
  /** The size of its layers as stored, in bytes. */
  size_bytes: number;
  /** The id of the verdict. */
  verdict: string;
}

/** What is done to images. */
export type ImageAction = 'rescan' | 'delete' | 'approve' | 'revoke_approval';

/** How many findings that count an image has. */
export interface ImageCounts {
  /** Critical vulnerabilities. */
  critical: number;
  /** Vulnerabilities that a newer version repairs. */
  fixable: number;
  /** What could not be read. */
  gaps: number;
  /** High ones. */
  high: number;
  /** Vulnerabilities that are known to be exploited. */
  kev: number;
  /** Low ones. */
  low: number;
  /** Malware. */
  malware: number;
  /** Medium ones. */
  medium: number;
  /** Misconfigurations. */
  misconfigurations: number;
  /** Secrets. */
  secrets: number;
  /** Vulnerabilities without a severity, or of severity none. */
  unrated: number;
}

/** An image with its names and its verdict. */
export type ImageDetails = Image & ({
  /** The approvals of its digest. */
  approvals: DigestApproval[];
  current_verdict?: VerdictObject | null;
  /** The digests of the indexes of several platforms that stand for it. */
  indexes?: string[];
  /** Whether the server knows a registry of one of its names, and so can scan it again. */
  is_fetchable: boolean;
  /** Its names. */
  names: ImageReference[];
  /** Where its index is from. */
  source: Record<string, unknown>;
});

/** A finding of an image. */
export interface ImageFinding {
  acknowledgement?: FindingAcknowledgement | null;
  /** The probability of exploitation. */
  epss?: number | null;
  /** The exception that covers it. */
  excepted_by?: string | null;
  /** The version that repairs it. */
  fixed_version?: string | null;
  /** Id of the vulnerability or check, name of the rule or license. */
  id: string;
  /** Whether it is known to be exploited. */
  kev: boolean;
  /** `vulnerability`, `secret`, `malware`, `license`, `misconfiguration`. */
  kind: string;
  /** The index of the layer that brought it, where one did. */
  layer?: number | null;
  /** The line in the file, from 1. */
  line?: number | null;
  /** The purl of the package. */
  package?: string | null;
  /** The file. */
  path?: string | null;
  /** The score that counts. */
  score?: number | null;
  /** How bad it is. */
  severity: string;
  /** What the vendor says. */
  status?: string | null;
  /** One line on it. */
  title?: string | null;
  /** The same in Japanese, where it is known. */
  title_ja?: string | null;
}

/** A package of an image. */
export interface ImagePackage {
  /** `deb`, `npm`. */
  ecosystem: string;
  /** The index of the layer that brought it. */
  layer?: number | null;
  /** Its name. */
  name: string;
  /** Its purl. */
  purl: string;
  /** The source package, or the spelling that advisories use, where it is another name. */
  source?: string | null;
  /** Its version. */
  version: string;
}

/** A name of an image. */
export interface ImageReference {
  /** Whether the tag still names this image. */
  is_current: boolean;
  /** The registry. */
  registry: string;
  /** The repository. */
  repository: string;
  /** Since when it is known. */
  seen: Moment;
  /** The tag. */
  tag?: string | null;
}

/** Images by what holds of them. Every number is that of a filter of the list of images. */
export interface ImageSummary {
  /** By decision: `decision:deny`. */
  decisions: DecisionCounts;
  /** With a vulnerability that a newer version repairs: `fixable:>0`. */
  fixable: number;
  /** With a vulnerability that is known to be exploited: `kev:>0`. */
  known_exploited: number;
  /** Whose digest is not approved where digests are: `approval:not_approved`. */
  not_approved: number;
  /** By the worst severity that counts: `severity:critical`. */
  severities: SeverityCounts;
  /** All of them. */
  total: number;
  /** With something that could not be read: `gaps:>0`. */
  with_gaps: number;
}

/** Something to be done to all images that a filter takes. */
export interface ImagesBulkRequest {
  /** What. */
  action: ImageAction;
  /** Why; told with approvals. */
  comment?: string;
  /** How many images the person saw that the filter takes. It is refused where the number moved by more than 5 percent. */
  expected: number;
  /** Which images; an empty filter takes all. */
  filter: string;
}

/** A setting that can be changed while the server runs. */
export interface InstallationSetting {
  /** What would hold if nobody had set it. */
  default: Record<string, unknown>;
  /** Its key. */
  key: string;
  /** `flag` or `number`. */
  kind: string;
  /** The least number. */
  least?: number | null;
  /** What it is, in English. */
  meaning: string;
  /** The greatest number. */
  most?: number | null;
  /** `default`, `configuration`, or `set` where somebody set it here. */
  source: string;
  /** The unit of a number: `days`, `hours`, `minutes`. */
  unit?: string | null;
  /** What holds: true, false or a number. */
  value: Record<string, unknown>;
}

/** The settings, with where each is from. */
export interface InstallationSettings {
  changed?: Moment | null;
  /** What the configuration gives, which only its file and the environment change. */
  configuration: ConfiguredSetting[];
  /** What can be changed while the server runs. */
  items: InstallationSetting[];
}

/** A target of notifications. Credentials are never told, only whether there are any. */
export interface Integration {
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  delivered?: Moment | null;
  /** How many seconds events of one cause are gathered into one message; 0 for not at all. */
  digest_seconds: number;
  failed?: Moment | null;
  /** Why it did not. */
  failure?: string | null;
  /** The same in Japanese, where it is known. */
  failure_ja?: string | null;
  /** Whether more wait than that. */
  has_more_waiting: boolean;
  /** Whether there are credentials: the key of the signature, the address at Slack, the password at the mail server. */
  has_secret: boolean;
  /** The id. */
  id: string;
  /** Whether anything is told. */
  is_enabled: boolean;
  /** `en` or `ja`. */
  language: string;
  /** The name. */
  name: string;
  /** Where messages go. */
  target: Target;
  /** The topics that are told; a trailing `*` takes all that begin so. */
  topics: string[];
  /** How many messages wait, as far as they are counted: up to 1,000. */
  waiting: number;
}

/** An integration as it shall be. */
export interface IntegrationEdit {
  /** How many seconds events of one cause are gathered into one message; 0 for not at all. */
  digest_seconds?: number;
  /** Whether anything is told. */
  is_enabled?: boolean;
  /** `en` or `ja`. */
  language?: string;
  /** The name. */
  name: string;
  /** The credentials; those so far stay where it is absent. */
  secret?: string | null;
  /** Where messages go. */
  target: Target;
  /** The topics that are told; a trailing `*` takes all that begin so. */
  topics: string[];
}

/** How a test message fared. */
export interface IntegrationTest {
  /** Why it did not. */
  failure?: string | null;
  /** The same in Japanese, where it is known. */
  failure_ja?: string | null;
  /** Whether it arrived. */
  is_delivered: boolean;
}

/** Which intelligence it is, and how old. */
export interface IntelligenceAge {
  /** How long ago that was, in seconds. */
  age_seconds: number;
  /** The time of its newest record, RFC 3339. */
  built: string;
  /** Its sequence number. */
  sequence: number;
}

/** A source of the intelligence. */
export interface IntelligenceSourceAge {
  /** How long ago that was, in seconds. */
  age_seconds?: number | null;
  /** `debian-tracker`, `osv/npm`, `kev`. */
  name: string;
  /** How many records it brought. */
  records: number;
  /** The time of its newest record, RFC 3339. */
  updated?: string | null;
}

/** The intelligence with its sources. */
export interface IntelligenceStatus {
  current?: IntelligenceAge | null;
  file_problem?: Cause | null;
  /** Whether the configuration names a key whose signature is trusted: without one nothing is imported. */
  has_keys: boolean;
  /** Whether the configuration names where updates come from: else a refresh looks at the file alone. */
  has_source: boolean;
  in_use_since?: Moment | null;
  /** Whether all images are judged by it. */
  is_judged: boolean;
  /** Whether an update is under way. */
  is_refreshing: boolean;
  next_refresh?: Moment | null;
  refreshed?: Moment | null;
  /** Its sources by name. */
  sources: IntelligenceSourceAge[];
  update_problem?: Cause | null;
}

/** A job. */
export interface Job {
  begun?: Moment | null;
  /** When it was made. */
  created: Moment;
  expires?: Moment | null;
  failure?: Cause | null;
  finished?: Moment | null;
  /** Its id. */
  id: string;
  /** `scan`, `list`, `test`, which workers do; `export`, `bulk`, `dry_run`, which the server does itself. */
  kind: string;
  /** Who does it, or did it last. */
  leased_by?: string | null;
  /** Where its owner gets what it made, until then. */
  link?: string | null;
  /** It is not tried before then. */
  not_before: Moment;
  /** Who waits for it: `person`, `webhook` or `schedule`. */
  priority: string;
  progress?: JobProgress | null;
  /** The id of the registry that it asks; empty of what the server does itself. */
  registry_id: string;
  /** Who asked for it. */
  requested_by: string;
  /** What came of it. */
  result?: Record<string, unknown>;
  /** `waiting`, `leased`, `done`, `dead` or `cancelled`. */
  state: string;
  /** How often it was tried. */
  tries: number;
  work?: Work | null;
}

/** What is done to jobs. */
export type JobAction = 'retry' | 'cancel';

/** What came of a job: the field of its kind. */
export interface JobAnswer {
  /** Of a scan of an image of several platforms: the documents of the image indexes through which the image was found, the
   * one that was asked for first. They prove that the image is what the job is about. */
  image_indexes?: string[];
  /** Of a scan: the index of the image, a `bulkhead.report/1` document without vulnerabilities. */
  index?: Record<string, unknown>;
  /** What shows that one holds it. */
  lease: string;
  listing?: Listing | null;
  /** Of a test. */
  steps?: TestStep[] | null;
}

/** Why a job could not be done. */
export interface JobFailure {
  /** The code: `registry.unauthorized`; `job.given_back` where the worker stops. */
  code: string;
  /** What shows that one holds it. */
  lease: string;
  /** Whether another try may succeed. */
  may_pass: boolean;
  /** The values of the sentence. */
  parameters?: Record<string, unknown>;
}

/** How far a job is that the server does itself. */
export interface JobProgress {
  /** How many were changed, or would be. */
  changed?: number;
  /** How many were looked at. */
  done: number;
  /** How many may be seen, but not changed, by whoever asked. */
  not_permitted?: number;
  /** How many rows or objects there were when it began; absent where nobody counted. */
  total?: number | null;
  /** How many were left as they are, because they are so already, or cannot be otherwise. */
  unchanged?: number;
}

/** Jobs by state, each counted up to 1,000. */
export interface JobSummary {
  /** They were given up: `state:dead`. */
  dead: number;
  /** They are being done. */
  leased: number;
  /** They wait. */
  waiting: number;
}

/** Something to be done to all jobs that a filter takes. */
export interface JobsBulkRequest {
  /** What. */
  action: JobAction;
  /** How many jobs the person saw that the filter takes. It is refused where the number moved by more than 5 percent. */
  expected: number;
  /** Which jobs; an empty filter takes all. */
  filter: string;
}

/** A package of any image. */
export interface KnownPackage {
  /** `deb`, `npm`. */
  ecosystem: string;
  /** How many images have it, counted up to 1,000 in lists and 10,000 where one is asked for; within application scopes
   * up to 100. What many images have is counted once a minute. */
  images: number;
  /** Its name. */
  name: string;
  /** Its purl. */
  purl: string;
  /** The source package, or the spelling that advisories use, where it is another name. */
  source?: string | null;
  /** Its version. */
  version: string;
}

/** A vulnerability of any image. */
export interface KnownVulnerability {
  /** The probability of exploitation. */
  epss?: number | null;
  /** When an image first had it. */
  first_seen: Moment;
  /** Its id. */
  id: string;
  /** How many images have it, counted up to 1,000 in lists and 10,000 where one is asked for; within application scopes
   * up to 100. What many images have is counted once a minute. */
  images: number;
  /** Whether it is known to be exploited. */
  kev: boolean;
  /** When it became public. */
  published?: string | null;
  /** The worst severity that an image has it with. */
  severity: string;
  /** One line on it. */
  title?: string | null;
}

/** The answer to a wish. */
export interface LeaseAnswer {
  job?: LeasedJob | null;
}

/** A worker's wish for a job. */
export interface LeaseRequest {
  /** How many seconds to wait for one: 0 to 25. */
  wait_seconds?: number;
  /** The worker's name, for people who look at jobs. */
  worker: string;
}

/** A leased job. */
export interface LeasedJob {
  /** Its id. */
  id: string;
  /** What shows that one holds it. */
  lease: string;
  /** For how many seconds it is held; a heartbeat begins them anew. */
  lease_seconds: number;
  /** The key of the lists of known malware that files are asked about; absent where the server has none. */
  malware_lists?: string | null;
  /** The registry that is asked. */
  registry: LeasedRegistry;
  /** Whether a policy asks who signed images. */
  wants_signatures?: boolean;
  /** What is to be done. */
  work: Work;
}

/** How a worker reaches a registry. */
export interface LeasedRegistry {
  /** The host, with its port where it has one. */
  address: string;
  /** Further certificate authorities, PEM. */
  ca?: string | null;
  /** What proves who asks. */
  credential: RegistryCredential;
  /** Its id. */
  id: string;
  /** What it is. */
  kind: RegistryKind;
  /** Whether it may be at a private address. */
  may_be_private: boolean;
  /** Whether to speak plain http. */
  plain_http: boolean;
}

/** A finding with the image that it is in. */
export interface ListedFinding {
  /** The digest of the image. */
  digest: string;
  /** The finding. */
  finding: ImageFinding;
  /** The name that the image is listed under. */
  image: string;
}

/** A tag of a repository. */
export interface ListedTag {
  built?: Moment | null;
  /** The digest that it means. */
  digest: string;
  /** The repository. */
  repository: string;
  /** The tag. */
  tag: string;
}

/** What a registry has within its rules. */
export interface Listing {
  /** Whether everything was listed: what is not among the tags is gone then. */
  is_complete: boolean;
  /** Whether anybody may read, without a credential; absent where it was not tried. */
  is_open?: boolean | null;
  /** What could not be listed, and why. */
  problems?: Cause[];
  /** The tags that are wanted, of every repository that is. */
  tags: ListedTag[];
}

/** A log-in. */
export interface LoginRequest {
  /** The six digits of the second factor, where the user has one. */
  code?: string | null;
  /** The name. */
  name: string;
  /** The password. */
  password: string;
}

/** How a connection to a mail server is encrypted. */
export type MailSecurity = 'tls' | 'starttls' | 'none';

/** The one who asks. */
export interface Me {
  /** The name that others see; of users. */
  display_name?: string | null;
  /** Whether a second factor is in use. */
  has_second_factor: boolean;
  /** The id. */
  id: string;
  /** `user` or `token`. */
  kind: string;
  /** Those of them that are held within application scopes alone; what belongs to no application is beyond these. */
  limited?: string[];
  /** Whether the password must be changed before anything else. */
  must_change_password: boolean;
  /** The name. */
  name: string;
  /** What may be done somewhere: `images.read`. */
  permissions: string[];
  /** The names of the roles. */
  roles: string[];
  /** The application scopes that limit these, by name. */
  scopes?: OwnScope[];
  session_expires?: Moment | null;
}

/** RFC 3339, in UTC */
export type Moment = string;

/** A view to be saved. */
export interface NewSavedView {
  /** The columns that are shown, up to 50, as `os` or `os:18` (width in rem); none for the usual ones. */
  columns?: string[];
  /** The filter, as the list takes it: up to 4,000 bytes. */
  filter?: string;
  /** The list that it is of: `images`; lower-case letters, digits, `.`, `-` and `_`, up to 40. */
  list: string;
  /** The name: 1 to 100 characters. */
  name: string;
  /** The order, as the list takes it; empty for the list's own. */
  sort?: string;
}

/** A token to be made. */
export interface NewToken {
  /** The CIDR blocks that it may be used from; none for any address. */
  addresses?: string[];
  /** Of a machine's token without a group: the id of the user who answers for it, and holds what it may do; whoever makes
   * it where it is absent. */
  answerable?: string | null;
  expires?: Moment | null;
  /** Of a machine's token: the id of the group whose rights bound it at every moment. */
  group?: string | null;
  /** What it is for. */
  name: string;
  /** What it may do: `images.write`; never more than whoever makes it. */
  permissions: string[];
  /** The ids of the application scopes that it is limited to; none for everything, and for a token of one's own for all that
   * one reaches oneself. */
  scopes?: string[];
}

/** A user to be made. */
export interface NewUser {
  /** The name that others see; the other name where it is absent. */
  display_name?: string | null;
  /** Where mail goes. */
  email?: string | null;
  /** What is typed at the log-in: 1 to 64 letters, digits or . - _ @ +. */
  name: string;
  /** The ids of the roles; a preset's id is its name. */
  roles?: string[];
}

/** An application scope that limits the one who asks. */
export interface OwnScope {
  /** The id, as tokens and exceptions are limited by it. */
  id: string;
  /** The name. */
  name: string;
}

/** A session of one's own. */
export interface OwnSession {
  /** The address that it was begun from. */
  address: string;
  /** When it began. */
  created: Moment;
  /** When it ends at the latest. */
  expires: Moment;
  /** The id. */
  id: string;
  /** Whether it is the one that asks. */
  is_current: boolean;
  /** When it was last used, to the minute. */
  last_seen: Moment;
  /** The program that it was begun with. */
  user_agent: string;
}

/** A change of one's own password. */
export interface PasswordChange {
  /** The password so far. */
  current: string;
  /** The new one, of 12 characters at least. */
  new: string;
}

/** A new password for somebody who lost theirs. */
export interface PasswordReset {
  /** Whether the second factor is taken away too. */
  removes_second_factor?: boolean;
}

/** The permissions of an area. */
export interface PermissionArea {
  /** The area: `images`. */
  area: string;
  /** Its permissions: `images.read`. */
  permissions: string[];
}

/** A policy as it is kept. */
export interface Policy {
  /** Who changed it last. */
  author: string;
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** What it is for, from the document. */
  description?: string | null;
  /** The document, YAML or JSON, as its author wrote it. */
  document: string;
  /** Its id. */
  id: string;
  /** Whether images are judged by it. */
  is_enabled: boolean;
  /** `enforce` or `audit`, from the document. */
  mode: string;
  /** Its name, which its document gives. */
  name: string;
  /** Counts changes. */
  version: number;
}

/** A place at which a policy says something else. */
export interface PolicyChange {
  /** What it says; absent where it is removed. */
  after?: Record<string, unknown> | null;
  /** What it said; absent where it is added. */
  before?: Record<string, unknown> | null;
  /** Where: `controls[2].severities[0]`. Items are counted as they stand afterwards, removed ones as they stood before. */
  place: string;
}

/** What is different between two versions of a policy. */
export interface PolicyDifference {
  /** What it says differently, in the order of the document. */
  changes: PolicyChange[];
  /** The older version; absent where the newer one is the first. */
  from?: number | null;
  /** Whether images were judged by it, before and after; absent where that did not change. */
  is_enabled?: boolean[] | null;
  /** Whether the text is another one while it says the same: comments, order of keys, spaces. */
  is_respelled: boolean;
  /** The newer version; absent of a draft. */
  to?: number | null;
}

/** A draft to be compared with a version of a policy. */
export interface PolicyDraft {
  /** The draft, YAML or JSON. */
  document: string;
  /** The version; the newest where it is not given. */
  from?: number | null;
}

/** A policy as it shall be. */
export interface PolicyEdit {
  /** What the author says of the change. */
  comment?: string;
  /** The document, YAML or JSON. */
  document: string;
  /** Whether images are judged by it. */
  is_enabled?: boolean;
}

/** An exception. */
export type PolicyException = ExceptionTerms & ({
  /** Why they may not approve this one, though they may others: `access.separation_of_duties`. */
  blocked?: string | null;
  /** What they said. */
  comment: string;
  decided?: Moment | null;
  /** Who decided. */
  decided_by?: string | null;
  /** The moment from which it no longer holds. */
  ends: Moment;
  /** Its id. */
  id: string;
  /** What whoever asks may do with it: `approve`, `refuse`, `withdraw`. */
  may_decide?: string[];
  /** The policy that it is asked for. */
  policy?: string | null;
  /** When. */
  requested: Moment;
  /** Who asked for it. */
  requested_by: string;
  /** The ids of the application scopes that it is limited to beside its own: those of whoever asked for it; none for all. */
  scopes?: string[];
  /** `requested`, `approved`, `refused`, `withdrawn`, `expired`. */
  state: string;
  /** Counts changes. */
  version: number;
});

/** A version of a policy. */
export interface PolicyVersion {
  /** When. */
  at: Moment;
  /** Who wrote it. */
  author: string;
  /** What the author said. */
  comment: string;
  /** Its document. */
  document: string;
  /** Whether images were judged by it. */
  is_enabled: boolean;
  /** The name it gave. */
  name: string;
  /** Its number. */
  version: number;
}

/** An error as the API tells it. */
export interface Problem {
  /** What went wrong, for programs; the catalogs have its sentences. */
  code: string;
  /** The sentence in English. */
  detail: string;
  /** The values of the sentence. */
  parameters?: Record<string, unknown>;
  /** The id of the request, which the log has too. */
  request?: string | null;
  /** The HTTP status. */
  status: number;
}

/** A registry. */
export interface Registry {
  /** The host, with its port where it has one. */
  address: string;
  /** Further certificate authorities, PEM. */
  ca?: string | null;
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** The type of its credential, as `password` or `aws_keys`; absent where it has none. */
  credential_type?: string | null;
  failure?: Cause | null;
  /** Whether its messages can be verified. */
  has_hook_secret: boolean;
  /** Where it sends its messages, below the server's address. */
  hook_path: string;
  /** Its id. */
  id: string;
  /** Whether it is listed and scanned by itself. */
  is_enabled: boolean;
  /** What it is. */
  kind: RegistryKind;
  last_listed?: Moment | null;
  /** How many jobs may ask it at once. */
  most_at_once: number;
  /** What people call it. */
  name: string;
  next_poll?: Moment | null;
  /** Whether it is spoken to without encryption. */
  plain_http: boolean;
  /** How often it is listed, in minutes. */
  poll_minutes: number;
  /** What is risky about it. */
  risks: Cause[];
  /** Which of its images are scanned. */
  rules: RegistryRules;
  /** After how many days an image is told as stale; 0 for never. */
  stale_days: number;
}

/** What proves to a registry who asks. It is sealed when it is stored and is never told again. */
export type RegistryCredential = {
  type: 'none';
} | {
  /** The password or token. */
  password: string;
  type: 'password';
  /** The user, the robot account, or what the registry wants in its place. */
  user: string;
} | {
  /** The token. */
  token: string;
  type: 'token';
} | {
  /** The token. */
  token: string;
  type: 'refresh_token';
} | {
  /** The id of the key. */
  access_key_id: string;
  /** The region, where the address of the registry does not tell it. */
  region?: string | null;
  role?: AwsRole | null;
  /** The key. */
  secret_access_key: string;
  /** What goes with keys that end by themselves. */
  session_token?: string | null;
  type: 'aws_keys';
} | {
  /** The region, where the address of the registry does not tell it. */
  region?: string | null;
  role?: AwsRole | null;
  type: 'aws_ambient';
} | {
  /** The file's text, JSON. */
  key: string;
  type: 'google_key';
} | {
  type: 'google_ambient';
} | {
  /** The id of the application. */
  client_id: string;
  /** Its secret. */
  client_secret: string;
  /** The directory: its id or domain. */
  tenant: string;
  type: 'azure_secret';
};

/** What a registry is. */
export type RegistryKind = 'oci' | 'docker_hub' | 'ecr' | 'google' | 'quay' | 'artifactory' | 'acr' | 'harbor' | 'ghcr' | 'gitlab' | 'nexus';

/** A registry to be made, or what is to become of one. */
export interface RegistryRequest {
  /** The host, with its port where it has one; `https://` may stand before it. The kind's own where it is not given. */
  address?: string | null;
  /** Further certificate authorities, PEM. */
  ca?: string | null;
  credential?: RegistryCredential | null;
  /** The secret that messages of the registry are verified by, of 16 characters at least; the one so far stays where it is
   * not given, an empty one removes it. */
  hook_secret?: string | null;
  /** Whether it is listed and scanned by itself. */
  is_enabled?: boolean;
  /** What it is. */
  kind: RegistryKind;
  /** How many jobs may ask it at once: 1 to 64. */
  most_at_once?: number;
  /** What people call it. */
  name: string;
  /** Whether to speak plain http, without encryption and without knowing who answers. */
  plain_http?: boolean;
  /** How often it is listed, in minutes: 1 to 10080. */
  poll_minutes?: number;
  /** Which of its images are scanned. */
  rules?: RegistryRules;
  /** After how many days an image is told as stale; 0 for never. */
  stale_days?: number;
}

/** Which images of a registry are scanned. */
export interface RegistryRules {
  /** So many of the newest images of each repository, by the time at which they were made. */
  newest?: number | null;
  /** Only images that were pulled within so many days, or pushed: what is new had no time to be pulled. Harbor and Docker
   * Hub alone tell when. */
  pulled_within_days?: number | null;
  /** Only images that were pushed within so many days. Harbor and Docker Hub tell when; the protocol of registries does
   * not, and the time at which an image was made stands for it. */
  pushed_within_days?: number | null;
  /** Repositories, with `*` for any characters; all where there are none. Registries that do not list their repositories
   * need them without `*`. */
  repositories?: string[];
  /** Tags, with `*` for any characters; all where there are none. */
  tags?: string[];
}

/** Registries by how they do. */
export interface RegistrySummary {
  /** Those whose last listing failed. */
  failing: number;
  /** All of them. */
  total: number;
}

/** A repository with what its images are. */
export interface Repository {
  /** How many of its images are denied. */
  denied: number;
  /** How many images it has, counted up to 10,000. */
  images: number;
  /** When the newest of its images was registered. */
  registered: Moment;
  /** The registry's host. */
  registry: string;
  /** The name. */
  repository: string;
  /** The worst severity that counts. */
  severity: string;
  /** How many tags it has, counted up to 10,000. */
  tags: number;
}

/** How many messages are tried again. */
export interface Retried {
  /** The number. */
  retried: number;
}

/** A role: permissions within application scopes. */
export interface Role {
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** Whom it is for. */
  description: string;
  /** The id; a preset's is its name. */
  id: string;
  /** Whether it came with the installation and cannot be changed. */
  is_preset: boolean;
  /** The name. */
  name: string;
  /** What it allows: `images.read`. */
  permissions: string[];
  /** The ids of the application scopes that it is limited to; none for everything. */
  scopes: string[];
}

/** A role as it shall be. */
export interface RoleEdit {
  /** Whom it is for. */
  description?: string;
  /** The name. */
  name: string;
  /** What it allows: `images.read`. */
  permissions: string[];
  /** The ids of the application scopes that it is limited to; none for everything. */
  scopes?: string[];
}

/** How many rows of a list there are. */
export interface RowCount {
  /** So many there are, or so many at least: rows are counted up to 10,000, and not at all (0) where that would take long. */
  count: number;
  /** Whether there are no more. */
  is_exact: boolean;
}

/** A saved view of one's own. */
export interface SavedView {
  /** When it was last changed. */
  changed: Moment;
  /** Columns that are shown, by their names in the console, as `os` or `os:18` (rem); none for the usual ones. */
  columns: string[];
  /** When it was made. */
  created: Moment;
  /** The filter, as the list takes it. */
  filter: string;
  /** The id. */
  id: string;
  /** The list that it is of: `images`. */
  list: string;
  /** The name, once for each list. */
  name: string;
  /** The order, as the list takes it; empty for the list's own. */
  sort: string;
}

/** A saved view as it shall be; its list stays. */
export interface SavedViewEdit {
  /** The columns that are shown, up to 50, as `os` or `os:18` (width in rem); none for the usual ones. */
  columns?: string[];
  /** The filter, as the list takes it: up to 4,000 bytes. */
  filter?: string;
  /** The name: 1 to 100 characters. */
  name: string;
  /** The order, as the list takes it; empty for the list's own. */
  sort?: string;
}

/** An image to be scanned now. */
export interface ScanRequest {
  /** The digest. */
  digest?: string | null;
  /** The repository. */
  repository: string;
  /** The tag; `latest` where neither it nor a digest is given. */
  tag?: string | null;
}

/** An application scope as it shall be. */
export interface ScopeEdit {
  /** What it is for. */
  description?: string;
  /** How the variables stand together; all have to hold where it is empty. */
  expression?: string;
  /** The name. */
  name: string;
  /** The variables `v1`, `v2` … in their order. */
  variables: ScopeVariable[];
}

/** A variable of a scope. */
export interface ScopeVariable {
  /** What it asks: `image.repository`. */
  attribute: string;
  /** The key, where it asks a label. */
  key?: string | null;
  /** What the attribute must be; `*` stands for any characters. */
  value: string;
}

/** What was found, the nearest first. */
export interface SearchAnswer {
  /** The hits. */
  items: SearchHit[];
}

/** Something that was found. */
export interface SearchHit {
  /** What tells it from others of the name. */
  detail?: string | null;
  /** What it is asked for by: the digest of an image, `registry/name` of a repository, `name@version` of a package. */
  id: string;
  /** `image`, `repository`, `vulnerability`, `package`, `policy`, `exception`, `registry`, `integration`, `user`, `group`,
   * `role`, `scope`. */
  kind: string;
  /** How near it is: 0 for the very text, 1 for what begins so, 2 for what has it somewhere. */
  rank: number;
  /** What people call it. */
  title: string;
}

/** A second factor that is being set up. */
export interface SecondFactor {
  /** The secret in base 32, to be typed into an authenticator application. */
  secret: string;
  /** The same as an address, to be shown as a QR code. */
  uri: string;
}

/** A code of the second factor. */
export interface SecondFactorCode {
  /** The six digits. */
  code: string;
}

/** What shall be set, as a whole: what is not among the values has its default again. */
export interface SettingsEdit {
  /** The values by key: true, false or a number. */
  values: Record<string, Record<string, unknown>>;
}

/** The first user, made with the link that the server printed at its first start. */
export interface SetupRequest {
  /** The name to log in with. */
  name: string;
  /** The password, of 12 characters at least. */
  password: string;
  /** The secret of the link. */
  secret: string;
}

/** Whether the installation has its first user. */
export interface SetupState {
  /** Whether the first user is still missing. */
  is_needed: boolean;
}

/** A number for each severity. */
export interface SeverityCounts {
  /** Critical. */
  critical: number;
  /** High. */
  high: number;
  /** Low. */
  low: number;
  /** Medium. */
  medium: number;
  /** None. */
  none: number;
  /** Nothing counts, or nobody has rated it. */
  unknown: number;
}

/** A signed verdict: an envelope of DSSE. */
export interface SignedVerdict {
  /** The statement as JSON, in base 64. */
  payload: string;
  /** `application/vnd.bulkhead.verdict.v1+json`. */
  payloadType: string;
  /** Its signatures. */
  signatures: VerdictSignature[];
}

/** What one source says of a vulnerability. */
export interface SourceAdvisory {
  /** Its own id. */
  id: string;
  /** The source's own rating. */
  severity?: string | null;
  /** The source. */
  source: string;
  /** Where to read it. */
  url?: string | null;
}

/** Values that a filter could have. */
export interface Suggestions {
  /** The values in their order. */
  items: string[];
}

/** Counts of what one may see. What one may not see is absent. */
export interface Summary {
  /** When it was counted. */
  at: Moment;
  /** What came since. */
  deltas: SummaryDeltas;
  exceptions?: ExceptionSummary | null;
  /** Images. */
  images: ImageSummary;
  intelligence?: IntelligenceAge | null;
  jobs?: JobSummary | null;
  registries?: RegistrySummary | null;
}

/** What came since a moment. */
export interface SummaryDeltas {
  /** Images whose decision came to be since: `decision:deny decided:>=…`. */
  decided: DecisionCounts;
  /** Images that were first registered since: `registered:>=…`. */
  registered: number;
  /** The moment. */
  since: Moment;
  /** Vulnerabilities that an image first had since, counted up to 1,000. */
  vulnerabilities: number;
}

/** Where messages go. */
export type Target = {
  kind: 'webhook';
  /** A template of the body in place of the event as JSON. */
  template?: string | null;
  /** The address. */
  url: string;
} | {
  kind: 'slack';
  /** A template of the text in place of the built-in one. */
  template?: string | null;
} | {
  /** The sender. */
  from: string;
  /** The mail server. */
  host: string;
  kind: 'email';
  /** Its port: 465, 587 or 25. */
  port: number;
  /** How the connection is encrypted. */
  security: MailSecurity;
  /** A template of the text in place of the built-in one. */
  template?: string | null;
  /** The recipients. */
  to: string[];
  /** The name to log in with; no log-in where it is absent. */
  user?: string | null;
};

/** A step of a test of a connection. */
export interface TestStep {
  cause?: Cause | null;
  /** `ok`, `failed`, or `skipped` where an earlier one failed or it does not apply. */
  outcome: string;
  /** `exchange` (of the credential, where the server exchanges it), `dns`, `tcp`, `tls`, `authentication`, `authorization`,
   * `rate_limit`. */
  step: string;
}

/** An API token. */
export interface Token {
  /** The CIDR blocks that it may be used from; none for any address. */
  addresses: string[];
  /** The id of the user who answers for a machine's token that no group bounds; `server` for those of the server itself. */
  answerable?: string | null;
  /** When it was made. */
  created: Moment;
  /** Who made it, by id. */
  created_by: string;
  expires?: Moment | null;
  /** The id of the group whose rights bound it, of a machine's token. */
  group?: string | null;
  /** The id, which is no secret. */
  id: string;
  last_used?: Moment | null;
  /** What it is for. */
  name: string;
  orphaned?: Moment | null;
  /** The user whose rights bound it; none for a machine's own. */
  owner?: string | null;
  /** What it may do. */
  permissions: string[];
  revoked?: Moment | null;
  /** The ids of the application scopes that it is limited to; none for everything that its owner or group reaches. */
  scopes: string[];
}

/** Who shall answer for a token. */
export interface TokenAnswerable {
  /** The id of the user. */
  user: string;
}

/** A token with its secret, which is never shown again. */
export interface TokenWithSecret {
  /** What is sent as `Authorization: Bearer …`. */
  secret: string;
  /** The token. */
  token: Token;
}

/** A user. */
export interface User {
  /** When it was last changed. */
  changed: Moment;
  /** When it was made. */
  created: Moment;
  /** The name that others see. */
  display_name: string;
  /** Where mail goes. */
  email?: string | null;
  /** The ids of the groups that the user is in. */
  groups: string[];
  /** Whether a second factor is in use. */
  has_second_factor: boolean;
  /** The id. */
  id: string;
  /** Whether log-ins are refused. */
  is_disabled: boolean;
  last_login?: Moment | null;
  locked_until?: Moment | null;
  /** Whether the password must be changed before anything else. */
  must_change_password: boolean;
  /** What is typed at the log-in. */
  name: string;
  /** The ids of the user's own roles; those of the groups come on top. */
  roles: string[];
}

/** What of a user is changed, as a whole. */
export interface UserEdit {
  /** The name that others see. */
  display_name: string;
  /** Where mail goes; nowhere where it is absent. */
  email?: string | null;
  /** Whether log-ins are refused, which ends all sessions. */
  is_disabled: boolean;
  /** The ids of the roles. */
  roles: string[];
}

/** A user with a password that works once: it must be changed at the log-in, and is never shown again. */
export interface UserWithPassword {
  /** The password. */
  password: string;
  /** The user. */
  user: User;
}

/** A key that verdicts are signed with. */
export interface VerdictKey {
  /** Since when it is in use. */
  created: Moment;
  /** Its id: the first 16 hexadecimal digits of the SHA-256 of its bytes. */
  id: string;
  /** The Ed25519 public key, in base 64. */
  public_key: string;
}

/** The keys that verdicts are signed with. */
export interface VerdictKeys {
  /** The keys, by id. */
  keys: VerdictKey[];
}

/** A verdict object: id, decision, effects (what follows of it), subject, digest, policies with their scopes and controls, reasons
 * as codes with evidence, exceptions, when it was evaluated and by which intelligence. */
export type VerdictObject = Record<string, unknown>;

/** A signature of an envelope. */
export interface VerdictSignature {
  /** Which key signed. */
  keyid: string;
  /** The Ed25519 signature of the encoded payload and its type, in base 64. */
  sig: string;
}

/** A request for exceptions for all vulnerabilities that a filter takes. Ids are put together, up to 500 in an exception. */
export interface VulnerabilitiesBulkRequest {
  /** How many the person saw that the filter takes. It is refused where the number moved by more than 5 percent. */
  expected: number;
  /** The last day on which it holds, or the moment at which it ends. */
  expires: string;
  /** Which vulnerabilities; an empty filter takes all. */
  filter: string;
  /** The name of the exceptions; where there are several, a number is put behind it. */
  name: string;
  /** Who answers for it. */
  owner: string;
  /** The id of the policy that it is asked for: its authors cannot approve it. */
  policy?: string | null;
  /** Why they may stay. */
  reason: string;
  /** Only in these images: `expression`, `variables`. */
  scope?: Record<string, unknown> | null;
}

/** A vulnerability with what its sources say and the images that have it. */
export type VulnerabilityDetails = KnownVulnerability & {
  /** What the sources say. */
  advisories: SourceAdvisory[];
  /** Its other ids. */
  aliases: string[];
  /** The first of the images that have it; the list of images has all of them by the filter `vulnerability:ID`. */
  touched: Image[];
};

/** What is to be done. */
export type Work = {
  /** The digest; where it is not known, the tag says which image. */
  digest?: string | null;
  kind: 'scan';
  /** The repository. */
  repository: string;
  /** The tag that it was found by. */
  tag?: string | null;
} | {
  kind: 'list';
  /** Which images are wanted. */
  rules: RegistryRules;
} | {
  kind: 'test';
  /** A repository whose tags are asked for; without one, the list of repositories is. */
  repository?: string | null;
} | {
  /** Which rows. */
  filter?: string | null;
  /** How it is written. */
  format: ExportFormat;
  /** Of findings: in which images. */
  images?: string | null;
  kind: 'export';
  /** What is exported. */
  resource: ExportResource;
  /** In which order. */
  sort?: string | null;
} | {
  kind: 'bulk';
  /** What, to which. */
  work: BulkWork;
} | {
  /** The document that it would have. */
  document?: string | null;
  kind: 'dry_run';
  /** The policy that would be replaced. */
  policy?: string | null;
};

/** The audit trail, the newest first. Filter keys: at, principal, kind, action, object, id, outcome. */
export const listAudit = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<AuditRecord>>(
  'list_audit', 'GET', '/audit', 'audit.read',
);

/** Signed statements of how far the trail went, the newest first. Auditors keep them elsewhere: what is cut off at the end
 * of the trail is found by them. The first page tells in `total` how many they are. */
export const listAuditCheckpoints = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<AuditCheckpoint>>(
  'list_audit_checkpoints', 'GET', '/audit/checkpoints', 'audit.read',
);

/** The audit trail as a file, the oldest record first, without a limit of its length. JSON lines can be verified. */
export const exportAudit = /* @__PURE__ */ operation<{ query: { format: 'csv' | 'jsonl' | 'sarif'; filter?: string; images?: string; sort?: string } }, string>(
  'export_audit', 'GET', '/audit/export', 'audit.read',
);

/** Makes such a file as a job, for what takes longer than one waits. */
export const beginAuditExport = /* @__PURE__ */ operation<{ body: ExportRequest }, Job>(
  'begin_audit_export', 'POST', '/audit/export', 'audit.read',
);

/** Walks the whole trail and tells the first record that was deleted, altered or moved. */
export const verifyAudit = /* @__PURE__ */ operation<Record<never, never>, AuditVerification>(
  'verify_audit', 'GET', '/audit/verification', 'audit.read',
);

/** How many rows of a list a filter takes, of what one may see: pages of lists come at once because most of them do not
 * count. Up to 10,000 the number is exact. */
export const countRows = /* @__PURE__ */ operation<{ query: { resource: string; filter?: string } }, RowCount>(
  'count_rows', 'GET', '/counts', 'oneself',
);

/** Events of what one may see, as they happen. `Last-Event-ID` goes on where a stream stopped; where that is too long ago,
 * an event `reset` says that some were missed. Jobs are told as they move (`job.queued`, `job.started`, `job.finished`,
 * `job.failed`, `job.cancelled`), one's own to everybody; images that were removed as `image.removed`; those that
 * somebody wants scanned again as `image.rescan_requested`, and once that scan has ended, well or badly, as
 * `image.rescan_ended`; acknowledgements that were taken back as `finding.unacknowledged`; registries that were listed,
 * well or badly, as `registry.listed`. */
export const streamEvents = /* @__PURE__ */ operation<{ query?: { topics?: string } }, string>(
  'stream_events', 'GET', '/events/stream', 'oneself',
);

/** Exceptions, by name where no other order is asked for. Whoever is limited to applications sees those that are. */
export const listExceptions = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<PolicyException>>(
  'list_exceptions', 'GET', '/exceptions', 'exceptions.read',
);

/** Asks for an exception. It holds once another person has approved it. */
export const requestException = /* @__PURE__ */ operation<{ body: ExceptionRequest }, PolicyException>(
  'request_exception', 'POST', '/exceptions', 'exceptions.write',
);

/** Tells which images an exception would cover something of, and their verdicts before and after, before anybody asks for it.
 * Of whoever is limited to applications these are the images of theirs. */
export const previewException = /* @__PURE__ */ operation<{ body: ExceptionRequest }, ExceptionPreview>(
  'preview_exception', 'POST', '/exceptions/preview', 'exceptions.write',
);

/** An exception. */
export const showException = /* @__PURE__ */ operation<{ path: { id: string } }, PolicyException>(
  'show_exception', 'GET', '/exceptions/{id}', 'exceptions.read',
);

/** Approves an exception that another person asked for, from a policy that another person wrote. */
export const approveException = /* @__PURE__ */ operation<{ path: { id: string }; body: ExceptionDecision }, PolicyException>(
  'approve_exception', 'POST', '/exceptions/{id}/approve', 'exceptions.approve',
);

/** Tells what an exception covers that somebody has asked for: within the applications of whoever asked, of the images that
 * the reader may see. */
export const previewRequestedException = /* @__PURE__ */ operation<{ path: { id: string } }, ExceptionPreview>(
  'preview_requested_exception', 'GET', '/exceptions/{id}/preview', 'exceptions.read',
);

/** Refuses an exception. */
export const refuseException = /* @__PURE__ */ operation<{ path: { id: string }; body: ExceptionDecision }, PolicyException>(
  'refuse_exception', 'POST', '/exceptions/{id}/refuse', 'exceptions.approve',
);

/** Withdraws an exception: one's own request, or with the right to approve one that holds. */
export const withdrawException = /* @__PURE__ */ operation<{ path: { id: string }; body: ExceptionDecision }, PolicyException>(
  'withdraw_exception', 'POST', '/exceptions/{id}/withdraw', 'exceptions.write',
);

/** The keys that lists can be filtered by. */
export const listFilters = /* @__PURE__ */ operation<Record<never, never>, FilterCatalog>(
  'list_filters', 'GET', '/filters', 'oneself',
);

/** Secrets, malware, misconfigurations and licenses over all images, by kind, id and image. `total` is counted up to 10,000
 * on the first page, where the filter asks for kind and id alone. */
export const listFindings = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<ListedFinding>>(
  'list_findings', 'GET', '/findings', 'findings.read',
);

/** All findings of a filter, in the images of another, as a file, without a limit of its length. */
export const exportFindings = /* @__PURE__ */ operation<{ query: { format: 'csv' | 'jsonl' | 'sarif'; filter?: string; images?: string; sort?: string } }, string>(
  'export_findings', 'GET', '/findings/export', 'findings.read',
);

/** Makes such a file as a job, for what takes longer than one waits. */
export const beginFindingsExport = /* @__PURE__ */ operation<{ body: ExportRequest }, Job>(
  'begin_findings_export', 'POST', '/findings/export', 'findings.read',
);

/** Groups by name. */
export const listGroups = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Group>>(
  'list_groups', 'GET', '/groups', 'access.read',
);

/** Makes a group. */
export const createGroup = /* @__PURE__ */ operation<{ body: GroupEdit }, Group>(
  'create_group', 'POST', '/groups', 'access.write',
);

/** A group. */
export const showGroup = /* @__PURE__ */ operation<{ path: { id: string } }, Group>(
  'show_group', 'GET', '/groups/{id}', 'access.read',
);

/** Changes a group. */
export const updateGroup = /* @__PURE__ */ operation<{ path: { id: string }; body: GroupEdit }, Group>(
  'update_group', 'PUT', '/groups/{id}', 'access.write',
);

/** Removes a group; its members stay. */
export const deleteGroup = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_group', 'DELETE', '/groups/{id}', 'access.write',
);

/** How the installation does: the parts that one may see. */
export const showHealth = /* @__PURE__ */ operation<Record<never, never>, Health>(
  'show_health', 'GET', '/health', 'images.read',
);

/** Takes a message of a registry; a push that it tells is scanned at once. */
export const receiveHook = /* @__PURE__ */ operation<{ path: { id: string }; query?: { token?: string }; body: Record<string, unknown> }, HookAnswer>(
  'receive_hook', 'POST', '/hooks/{id}', 'public',
);

/** Images, with filter, order and pages. `total` is on the first page, up to 10,000, and absent where thousands of images
 * would have to be looked at for several terms: `GET /counts` tells how many they are. To whoever is limited to application scopes the decision is told as it is under the names
 * that they know; filters, orders and counts go by the one under all names. */
export const listImages = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Image>>(
  'list_images', 'GET', '/images', 'images.read',
);

/** Registers an image: the body is its index, a `bulkhead.report/1` document, as it is or compressed. A refusal of what the
 * server does not read tells `server_version`, and one of the type of the body the types (`accepts`) or content codings
 * (`codings`) that it reads, as the headers Accept and Accept-Encoding do: a program that is newer then knows what to send. */
export const registerImage = /* @__PURE__ */ operation<{ query?: { reference?: string; repository?: string; commit?: string; build?: string }; body: Record<string, unknown> }, VerdictObject>(
  'register_image', 'POST', '/images', 'images.write',
);

/** Indexes again, removes or approves all images that a filter takes; approving and removing need `images.approve` too. */
export const changeImages = /* @__PURE__ */ operation<{ body: ImagesBulkRequest }, Job>(
  'change_images', 'POST', '/images/bulk', 'images.write',
);

/** What changed from one image to another, both matched and judged as of now: a `bulkhead.diff/1` document, as
 * `bulkhead diff --format json` writes it. */
export const compareImages = /* @__PURE__ */ operation<{ query: { old: string; new: string } }, Record<string, unknown>>(
  'compare_images', 'GET', '/images/compare', 'images.read',
);

/** All images of a filter as a file, without a limit of its length. */
export const exportImages = /* @__PURE__ */ operation<{ query: { format: 'csv' | 'jsonl' | 'sarif'; filter?: string; images?: string; sort?: string } }, string>(
  'export_images', 'GET', '/images/export', 'images.read',
);

/** Makes such a file as a job, for what takes longer than one waits. */
export const beginImagesExport = /* @__PURE__ */ operation<{ body: ExportRequest }, Job>(
  'begin_images_export', 'POST', '/images/export', 'images.read',
);

/** An image with its names, approvals and verdict. */
export const showImage = /* @__PURE__ */ operation<{ path: { digest: string } }, ImageDetails>(
  'show_image', 'GET', '/images/{digest}', 'images.read',
);

/** Removes an image; its verdicts stay. A registry that still has it brings it back when it is listed next. */
export const removeImage = /* @__PURE__ */ operation<{ path: { digest: string } }, void>(
  'remove_image', 'DELETE', '/images/{digest}', 'images.approve',
);

/** The acknowledgements that count for the findings of an image. */
export const listAcknowledgements = /* @__PURE__ */ operation<{ path: { digest: string } }, Acknowledged>(
  'list_acknowledgements', 'GET', '/images/{digest}/acknowledgements', 'findings.read',
);

/** Says that one has seen a finding: in all repositories of the image, so that its next build has it too, or of this image
 * alone. It takes the place of what was said before. */
export const acknowledgeFinding = /* @__PURE__ */ operation<{ path: { digest: string }; body: AcknowledgementRequest }, Acknowledged>(
  'acknowledge_finding', 'POST', '/images/{digest}/acknowledgements', 'findings.write',
);

/** Takes an acknowledgement back that counts for an image. */
export const removeAcknowledgement = /* @__PURE__ */ operation<{ path: { digest: string; id: string } }, void>(
  'remove_acknowledgement', 'DELETE', '/images/{digest}/acknowledgements/{id}', 'findings.write',
);

/** Approves the digest in every repository that it has a name in: other digests of these may no longer run. */
export const approveImage = /* @__PURE__ */ operation<{ path: { digest: string }; body: ApprovalRequest }, void>(
  'approve_image', 'POST', '/images/{digest}/approval', 'images.approve',
);

/** Takes the approval of the digest back. */
export const revokeImageApproval = /* @__PURE__ */ operation<{ path: { digest: string } }, void>(
  'revoke_image_approval', 'DELETE', '/images/{digest}/approval', 'images.approve',
);

/** The findings of an image in the order of reports, or in the order that is asked for. */
export const listImageFindings = /* @__PURE__ */ operation<{ path: { digest: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<ImageFinding>>(
  'list_image_findings', 'GET', '/images/{digest}/findings', 'findings.read',
);

/** The verdicts on an image, the newest first: one for each change of the decision. Those of an image that was removed are
 * read by whoever may see all images. */
export const listImageVerdicts = /* @__PURE__ */ operation<{ path: { digest: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<VerdictObject>>(
  'list_image_verdicts', 'GET', '/images/{digest}/history', 'images.read',
);

/** The packages of an image by name. The first page tells in `total` how many they are. */
export const listImagePackages = /* @__PURE__ */ operation<{ path: { digest: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<ImagePackage>>(
  'list_image_packages', 'GET', '/images/{digest}/packages', 'images.read',
);

/** The report on an image as of now: matched and judged anew. */
export const showImageReport = /* @__PURE__ */ operation<{ path: { digest: string } }, Record<string, unknown>>(
  'show_image_report', 'GET', '/images/{digest}/report', 'images.read',
);

/** Integrations by name. */
export const listIntegrations = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Integration>>(
  'list_integrations', 'GET', '/integrations', 'integrations.read',
);

/** Makes an integration. */
export const createIntegration = /* @__PURE__ */ operation<{ body: IntegrationEdit }, Integration>(
  'create_integration', 'POST', '/integrations', 'integrations.write',
);

/** An integration, without its credentials. */
export const showIntegration = /* @__PURE__ */ operation<{ path: { id: string } }, Integration>(
  'show_integration', 'GET', '/integrations/{id}', 'integrations.read',
);

/** Changes an integration. Credentials stay where none are given, unless the target moves: what was given for one place is
 * not sent to another. */
export const updateIntegration = /* @__PURE__ */ operation<{ path: { id: string }; body: IntegrationEdit }, Integration>(
  'update_integration', 'PUT', '/integrations/{id}', 'integrations.write',
);

/** Removes an integration with what it was still to be told. */
export const deleteIntegration = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_integration', 'DELETE', '/integrations/{id}', 'integrations.write',
);

/** What was given up for an integration, the newest first. */
export const listDeadLetters = /* @__PURE__ */ operation<{ path: { id: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<DeadLetter>>(
  'list_dead_letters', 'GET', '/integrations/{id}/dead-letters', 'integrations.read',
);

/** Tries everything again that was given up for an integration. */
export const retryDeadLetters = /* @__PURE__ */ operation<{ path: { id: string } }, Retried>(
  'retry_dead_letters', 'POST', '/integrations/{id}/retry', 'integrations.write',
);

/** Sends a test message at once, and tells how it fared. */
export const testIntegration = /* @__PURE__ */ operation<{ path: { id: string } }, IntegrationTest>(
  'test_integration', 'POST', '/integrations/{id}/test', 'integrations.write',
);

/** The intelligence in use with its sources, and how the last update went. */
export const showIntelligence = /* @__PURE__ */ operation<Record<never, never>, IntelligenceStatus>(
  'show_intelligence', 'GET', '/intelligence', 'intelligence.read',
);

/** Takes an intelligence database that is handed over: the body is the file, as built or as exported. It is used only if a
 * key that the configuration trusts signed it, and never in place of a newer one. */
export const importIntelligence = /* @__PURE__ */ operation<{ body: Blob }, IntelligenceStatus>(
  'import_intelligence', 'POST', '/intelligence/import', 'intelligence.write',
);

/** Fetches fresh intelligence from where the configuration says, or looks at the file in place where it says nothing. The
 * answer does not wait for it: the state tells how it went. */
export const refreshIntelligence = /* @__PURE__ */ operation<Record<never, never>, IntelligenceStatus>(
  'refresh_intelligence', 'POST', '/intelligence/refresh', 'intelligence.write',
);

/** The jobs, the youngest first. Filter by `state`, `kind`, `registry` and `created`. */
export const listJobs = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Job>>(
  'list_jobs', 'GET', '/jobs', 'jobs.read',
);

/** Retries or cancels all jobs that a filter takes. */
export const changeJobs = /* @__PURE__ */ operation<{ body: JobsBulkRequest }, Job>(
  'change_jobs', 'POST', '/jobs/bulk', 'jobs.write',
);

/** A job. */
export const showJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'show_job', 'GET', '/jobs/{id}', 'jobs.read',
);

/** Cancels a job that waits or is being done. */
export const cancelJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'cancel_job', 'POST', '/jobs/{id}/cancel', 'jobs.write',
);

/** Lets a job that is dead or cancelled be tried again. What the server does with somebody's rights, they alone have tried again. */
export const retryJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'retry_job', 'POST', '/jobs/{id}/retry', 'jobs.write',
);

/** Who one is, and what one may do. */
export const showMe = /* @__PURE__ */ operation<Record<never, never>, Me>(
  'show_me', 'GET', '/me', 'oneself',
);

/** Gives one's password again: for 15 minutes the session may do what is dangerous. */
export const confirm = /* @__PURE__ */ operation<{ body: Confirmation }, void>(
  'confirm', 'POST', '/me/confirm', 'oneself',
);

/** One's own jobs, the youngest first. */
export const listOwnJobs = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Job>>(
  'list_own_jobs', 'GET', '/me/jobs', 'oneself',
);

/** A job of one's own. */
export const showOwnJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'show_own_job', 'GET', '/me/jobs/{id}', 'oneself',
);

/** Cancels a job of one's own. What it did so far stays. */
export const cancelOwnJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'cancel_own_job', 'POST', '/me/jobs/{id}/cancel', 'oneself',
);

/** The file that an export made, until its time is over. */
export const downloadOwnJob = /* @__PURE__ */ operation<{ path: { id: string } }, string>(
  'download_own_job', 'GET', '/me/jobs/{id}/output', 'oneself',
);

/** Lets a job of one's own that is dead or cancelled be tried again, with the rights that one has then. A bulk action goes on
 * where it was; a file or a dry run begins anew. */
export const retryOwnJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'retry_own_job', 'POST', '/me/jobs/{id}/retry', 'oneself',
);

/** Takes a bulk action of one's own back that is done: approvals, approvals taken back, requests for exceptions. Another job
 * changes what the first one changed, as far as that is still as it left it. */
export const undoOwnJob = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'undo_own_job', 'POST', '/me/jobs/{id}/undo', 'oneself',
);

/** Changes one's own password, which ends all other sessions. */
export const changePassword = /* @__PURE__ */ operation<{ body: PasswordChange }, void>(
  'change_password', 'POST', '/me/password', 'oneself',
);

/** Begins to set up a second factor: tells a secret, which counts once a code of it was given. */
export const beginSecondFactor = /* @__PURE__ */ operation<Record<never, never>, SecondFactor>(
  'begin_second_factor', 'POST', '/me/second-factor', 'oneself',
);

/** Takes the second factor into use with a first code, which ends all other sessions. */
export const confirmSecondFactor = /* @__PURE__ */ operation<{ body: SecondFactorCode }, void>(
  'confirm_second_factor', 'POST', '/me/second-factor/confirm', 'oneself',
);

/** Takes the second factor out of use, with one's password. */
export const removeSecondFactor = /* @__PURE__ */ operation<{ body: Confirmation }, void>(
  'remove_second_factor', 'POST', '/me/second-factor/remove', 'oneself',
);

/** One's own sessions. */
export const listMySessions = /* @__PURE__ */ operation<Record<never, never>, Page<OwnSession>>(
  'list_my_sessions', 'GET', '/me/sessions', 'oneself',
);

/** Ends all of one's own sessions but this one. */
export const endMyOtherSessions = /* @__PURE__ */ operation<Record<never, never>, void>(
  'end_my_other_sessions', 'DELETE', '/me/sessions', 'oneself',
);

/** Ends one of one's own sessions. */
export const endMySession = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'end_my_session', 'DELETE', '/me/sessions/{id}', 'oneself',
);

/** One's own tokens, the newest first. */
export const listMyTokens = /* @__PURE__ */ operation<Record<never, never>, Page<Token>>(
  'list_my_tokens', 'GET', '/me/tokens', 'oneself',
);

/** Makes a token of one's own, which never has more than oneself. Its secret is shown once. */
export const createMyToken = /* @__PURE__ */ operation<{ body: NewToken }, TokenWithSecret>(
  'create_my_token', 'POST', '/me/tokens', 'oneself',
);

/** Revokes a token of one's own at once. */
export const revokeMyToken = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'revoke_my_token', 'DELETE', '/me/tokens/{id}', 'oneself',
);

/** One's own saved views, by list and name: 100 at most. */
export const listViews = /* @__PURE__ */ operation<Record<never, never>, Page<SavedView>>(
  'list_views', 'GET', '/me/views', 'oneself',
);

/** Saves a view of a list. */
export const createView = /* @__PURE__ */ operation<{ body: NewSavedView }, SavedView>(
  'create_view', 'POST', '/me/views', 'oneself',
);

/** A saved view of one's own. */
export const showView = /* @__PURE__ */ operation<{ path: { id: string } }, SavedView>(
  'show_view', 'GET', '/me/views/{id}', 'oneself',
);

/** Renames a saved view, or replaces what it shows. */
export const updateView = /* @__PURE__ */ operation<{ path: { id: string }; body: SavedViewEdit }, SavedView>(
  'update_view', 'PUT', '/me/views/{id}', 'oneself',
);

/** Removes a saved view. */
export const deleteView = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_view', 'DELETE', '/me/views/{id}', 'oneself',
);

/** This document. */
export const openapi = /* @__PURE__ */ operation<Record<never, never>, unknown>(
  'openapi', 'GET', '/openapi.json', 'public',
);

/** The packages of all images by name and version. Which images have one, the list of images tells by `package_version:…`. */
export const listPackages = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<KnownPackage>>(
  'list_packages', 'GET', '/packages', 'images.read',
);

/** All packages of a filter as a file, without a limit of its length. */
export const exportPackages = /* @__PURE__ */ operation<{ query: { format: 'csv' | 'jsonl' | 'sarif'; filter?: string; images?: string; sort?: string } }, string>(
  'export_packages', 'GET', '/packages/export', 'images.read',
);

/** Makes such a file as a job, for what takes longer than one waits. */
export const beginPackagesExport = /* @__PURE__ */ operation<{ body: ExportRequest }, Job>(
  'begin_packages_export', 'POST', '/packages/export', 'images.read',
);

/** Every permission that exists, by area. */
export const listPermissions = /* @__PURE__ */ operation<Record<never, never>, Page<PermissionArea>>(
  'list_permissions', 'GET', '/permissions', 'oneself',
);

/** Policies by name. */
export const listPolicies = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Policy>>(
  'list_policies', 'GET', '/policies', 'policies.read',
);

/** Adds a policy. */
export const createPolicy = /* @__PURE__ */ operation<{ body: PolicyEdit }, Policy>(
  'create_policy', 'POST', '/policies', 'policies.write',
);

/** Tells which images would have another decision, before anything is saved. */
export const tryPolicy = /* @__PURE__ */ operation<{ body: DryRunRequest }, DryRun>(
  'try_policy', 'POST', '/policies/dry-run', 'policies.read',
);

/** Begins a dry run over all images. */
export const beginPolicyTrial = /* @__PURE__ */ operation<{ body: DryRunRequest }, DryRunJob>(
  'begin_policy_trial', 'POST', '/policies/dry-runs', 'policies.read',
);

/** How a dry run stands. */
export const showPolicyTrial = /* @__PURE__ */ operation<{ path: { job: string } }, DryRunJob>(
  'show_policy_trial', 'GET', '/policies/dry-runs/{job}', 'policies.read',
);

/** The images that would have another decision, as far as it is; needs `images.read` too, with the rights that it was begun with. */
export const listPolicyTrialChanges = /* @__PURE__ */ operation<{ path: { job: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<DryRunChange>>(
  'list_policy_trial_changes', 'GET', '/policies/dry-runs/{job}/changes', 'policies.read',
);

/** A policy. */
export const showPolicy = /* @__PURE__ */ operation<{ path: { id: string } }, Policy>(
  'show_policy', 'GET', '/policies/{id}', 'policies.read',
);

/** Replaces a policy. What is saved as it is stays the same version, unless there is something to say of it. */
export const replacePolicy = /* @__PURE__ */ operation<{ path: { id: string }; body: PolicyEdit }, Policy>(
  'replace_policy', 'PUT', '/policies/{id}', 'policies.write',
);

/** Removes a policy; its versions stay. */
export const removePolicy = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'remove_policy', 'DELETE', '/policies/{id}', 'policies.write',
);

/** What is different between two versions of a policy, place by place. */
export const comparePolicyVersions = /* @__PURE__ */ operation<{ path: { id: string }; query?: { from?: number; to?: number } }, PolicyDifference>(
  'compare_policy_versions', 'GET', '/policies/{id}/difference', 'policies.read',
);

/** What is different between a version of a policy and a draft, place by place. */
export const comparePolicyDraft = /* @__PURE__ */ operation<{ path: { id: string }; body: PolicyDraft }, PolicyDifference>(
  'compare_policy_draft', 'POST', '/policies/{id}/difference', 'policies.read',
);

/** The versions of a policy, the newest first. */
export const listPolicyVersions = /* @__PURE__ */ operation<{ path: { id: string }; query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<PolicyVersion>>(
  'list_policy_versions', 'GET', '/policies/{id}/versions', 'policies.read',
);

/** The registries by name. */
export const listRegistries = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Registry>>(
  'list_registries', 'GET', '/registries', 'registries.read',
);

/** Adds a registry; it is listed at once. */
export const createRegistry = /* @__PURE__ */ operation<{ body: RegistryRequest }, Registry>(
  'create_registry', 'POST', '/registries', 'registries.write',
);

/** A registry. */
export const showRegistry = /* @__PURE__ */ operation<{ path: { id: string } }, Registry>(
  'show_registry', 'GET', '/registries/{id}', 'registries.read',
);

/** Changes a registry. Credential and hook secret stay where they are not given. */
export const changeRegistry = /* @__PURE__ */ operation<{ path: { id: string }; body: RegistryRequest }, Registry>(
  'change_registry', 'PUT', '/registries/{id}', 'registries.write',
);

/** Removes a registry, what is known of its tags, and its open jobs. Its images stay. */
export const removeRegistry = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'remove_registry', 'DELETE', '/registries/{id}', 'registries.write',
);

/** Lists a registry now. */
export const listRegistryNow = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'list_registry_now', 'POST', '/registries/{id}/list', 'registries.write',
);

/** Scans an image of a registry now, whatever its rules say. */
export const scanRegistryImage = /* @__PURE__ */ operation<{ path: { id: string }; body: ScanRequest }, Job>(
  'scan_registry_image', 'POST', '/registries/{id}/scan', 'registries.write',
);

/** Tries the connection to a registry: a job whose result has the steps. */
export const testRegistry = /* @__PURE__ */ operation<{ path: { id: string } }, Job>(
  'test_registry', 'POST', '/registries/{id}/test', 'registries.write',
);

/** Repositories by registry and name. Their images are those of the filter `registry:… repository:…`. */
export const listRepositories = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Repository>>(
  'list_repositories', 'GET', '/repositories', 'images.read',
);

/** Roles by name. */
export const listRoles = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Role>>(
  'list_roles', 'GET', '/roles', 'access.read',
);

/** Makes a role, of permissions and scopes that one holds. */
export const createRole = /* @__PURE__ */ operation<{ body: RoleEdit }, Role>(
  'create_role', 'POST', '/roles', 'access.write',
);

/** A role. */
export const showRole = /* @__PURE__ */ operation<{ path: { id: string } }, Role>(
  'show_role', 'GET', '/roles/{id}', 'access.read',
);

/** Changes a role, for all who hold it at once. Presets stay as they are. */
export const updateRole = /* @__PURE__ */ operation<{ path: { id: string }; body: RoleEdit }, Role>(
  'update_role', 'PUT', '/roles/{id}', 'access.write',
);

/** Removes a role that nobody holds. */
export const deleteRole = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_role', 'DELETE', '/roles/{id}', 'access.write',
);

/** Gives a worker the next job, or none when none came in the time that it waits. */
export const leaseScan = /* @__PURE__ */ operation<{ body: LeaseRequest }, LeaseAnswer>(
  'lease_scan', 'POST', '/scans/lease', 'scans.write',
);

/** The lists of known malware that workers ask about the files that they see: a database that has nothing else. It is found
 * by the key that the job told; there is none of it any more where the server has taken a newer intelligence since. */
export const showMalwareLists = /* @__PURE__ */ operation<{ query: { key: string } }, string>(
  'show_malware_lists', 'GET', '/scans/malware-lists', 'scans.write',
);

/** Takes what came of a job. */
export const answerScan = /* @__PURE__ */ operation<{ path: { id: string }; body: JobAnswer }, void>(
  'answer_scan', 'POST', '/scans/{id}/answer', 'scans.write',
);

/** Takes why a job could not be done: it is tried again later, or is dead. */
export const failScan = /* @__PURE__ */ operation<{ path: { id: string }; body: JobFailure }, void>(
  'fail_scan', 'POST', '/scans/{id}/fail', 'scans.write',
);

/** Keeps a job for longer. A refusal says that it is another's, or was cancelled: stop. */
export const keepScan = /* @__PURE__ */ operation<{ path: { id: string }; body: Heartbeat }, void>(
  'keep_scan', 'POST', '/scans/{id}/heartbeat', 'scans.write',
);

/** Application scopes by name. */
export const listScopes = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<ApplicationScope>>(
  'list_scopes', 'GET', '/scopes', 'access.read',
);

/** Makes an application scope. */
export const createScope = /* @__PURE__ */ operation<{ body: ScopeEdit }, ApplicationScope>(
  'create_scope', 'POST', '/scopes', 'access.write',
);

/** An application scope. */
export const showScope = /* @__PURE__ */ operation<{ path: { id: string } }, ApplicationScope>(
  'show_scope', 'GET', '/scopes/{id}', 'access.read',
);

/** Changes an application scope, which changes what the roles limited to it reach: whoever does it must hold what those
 * roles allow, everywhere. */
export const updateScope = /* @__PURE__ */ operation<{ path: { id: string }; body: ScopeEdit }, ApplicationScope>(
  'update_scope', 'PUT', '/scopes/{id}', 'access.write',
);

/** Removes an application scope that no role and no token is limited to. */
export const deleteScope = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_scope', 'DELETE', '/scopes/{id}', 'access.write',
);

/** Looks for a text in everything that one may see. */
export const search = /* @__PURE__ */ operation<{ query: { q: string; limit?: number } }, SearchAnswer>(
  'search', 'GET', '/search', 'oneself',
);

/** Logs in. */
export const logIn = /* @__PURE__ */ operation<{ body: LoginRequest }, Me>(
  'log_in', 'POST', '/sessions', 'public',
);

/** Logs out. */
export const logOut = /* @__PURE__ */ operation<Record<never, never>, void>(
  'log_out', 'DELETE', '/sessions/current', 'oneself',
);

/** The settings, each with where it is from. */
export const showSettings = /* @__PURE__ */ operation<Record<never, never>, InstallationSettings>(
  'show_settings', 'GET', '/settings', 'settings.read',
);

/** Changes settings, as a whole: what is not named has its default again. */
export const changeSettings = /* @__PURE__ */ operation<{ body: SettingsEdit }, InstallationSettings>(
  'change_settings', 'PUT', '/settings', 'settings.write',
);

/** Whether the first user is still missing. */
export const showSetup = /* @__PURE__ */ operation<Record<never, never>, SetupState>(
  'show_setup', 'GET', '/setup', 'public',
);

/** Makes the first user, an administrator, and logs in. */
export const setUp = /* @__PURE__ */ operation<{ body: SetupRequest }, Me>(
  'set_up', 'POST', '/setup', 'public',
);

/** Values that a filter could have, of what one may see. */
export const listSuggestions = /* @__PURE__ */ operation<{ query: { resource: string; key: string; prefix?: string; limit?: number } }, Suggestions>(
  'list_suggestions', 'GET', '/suggestions', 'oneself',
);

/** Counts of what one may see: images by what holds of them, what came since a moment, what waits for somebody. */
export const showSummary = /* @__PURE__ */ operation<{ query?: { since?: string } }, Summary>(
  'show_summary', 'GET', '/summary', 'images.read',
);

/** All tokens, the newest first. */
export const listTokens = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<Token>>(
  'list_tokens', 'GET', '/tokens', 'access.read',
);

/** Makes a token of a machine, of permissions and scopes that one holds. Its secret is shown once. */
export const createToken = /* @__PURE__ */ operation<{ body: NewToken }, TokenWithSecret>(
  'create_token', 'POST', '/tokens', 'access.write',
);

/** Revokes a token at once; it stays listed. */
export const revokeToken = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'revoke_token', 'DELETE', '/tokens/{id}', 'access.write',
);

/** Lets another user answer for a machine's token, one who holds what it may do. */
export const answerForToken = /* @__PURE__ */ operation<{ path: { id: string }; body: TokenAnswerable }, Token>(
  'answer_for_token', 'PUT', '/tokens/{id}/answerable', 'access.write',
);

/** Users, by name where no other order is asked for. */
export const listUsers = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<User>>(
  'list_users', 'GET', '/users', 'access.read',
);

/** Makes a user, with a password that works once and is shown once. */
export const createUser = /* @__PURE__ */ operation<{ body: NewUser }, UserWithPassword>(
  'create_user', 'POST', '/users', 'access.write',
);

/** A user. */
export const showUser = /* @__PURE__ */ operation<{ path: { id: string } }, User>(
  'show_user', 'GET', '/users/{id}', 'access.read',
);

/** Changes a user. Disabling one ends all sessions and tokens of theirs. */
export const updateUser = /* @__PURE__ */ operation<{ path: { id: string }; body: UserEdit }, User>(
  'update_user', 'PUT', '/users/{id}', 'access.write',
);

/** Removes a user with all sessions and tokens of theirs. */
export const deleteUser = /* @__PURE__ */ operation<{ path: { id: string } }, void>(
  'delete_user', 'DELETE', '/users/{id}', 'access.write',
);

/** Gives a user a new password that works once and is shown once; ends all sessions of theirs and the lock-out. */
export const resetPassword = /* @__PURE__ */ operation<{ path: { id: string }; body: PasswordReset }, UserWithPassword>(
  'reset_password', 'POST', '/users/{id}/reset-password', 'access.write',
);

/** Ends all sessions of a user. */
export const endSessions = /* @__PURE__ */ operation<{ path: { id: string } }, Ended>(
  'end_sessions', 'DELETE', '/users/{id}/sessions', 'access.write',
);

/** The verdict on an image by its digest, under the name that is asked. One that is not registered is denied, and the reason
 * says so; one that is registered in other repositories alone is judged as what it is in this one. Of an index of several
 * platforms the worst of its images decides, and `platforms` tells each. */
export const showVerdict = /* @__PURE__ */ operation<{ query: { image: string; platform?: string } }, VerdictObject>(
  'show_verdict', 'GET', '/verdict', 'verdicts.read',
);

/** The public keys that verdicts are signed with, of every server of the installation. */
export const listVerdictKeys = /* @__PURE__ */ operation<Record<never, never>, VerdictKeys>(
  'list_verdict_keys', 'GET', '/verdict/keys', 'public',
);

/** The verdict on an image by its digest, signed, with when it holds and what it rests on. It answers `If-None-Match`. */
export const showSignedVerdict = /* @__PURE__ */ operation<{ query: { image: string; platform?: string } }, SignedVerdict>(
  'show_signed_verdict', 'GET', '/verdict/signed', 'verdicts.read',
);

/** The vulnerabilities of all images, the worst first; with `sort=-first_seen` the newest first. */
export const listVulnerabilities = /* @__PURE__ */ operation<{ query?: { limit?: number; cursor?: string; sort?: string; filter?: string } }, Page<KnownVulnerability>>(
  'list_vulnerabilities', 'GET', '/vulnerabilities', 'findings.read',
);

/** Asks for exceptions for all vulnerabilities that a filter takes. They hold once another person has approved them. */
export const exceptVulnerabilities = /* @__PURE__ */ operation<{ body: VulnerabilitiesBulkRequest }, Job>(
  'except_vulnerabilities', 'POST', '/vulnerabilities/bulk', 'exceptions.write',
);

/** All vulnerabilities of a filter as a file, without a limit of its length. */
export const exportVulnerabilities = /* @__PURE__ */ operation<{ query: { format: 'csv' | 'jsonl' | 'sarif'; filter?: string; images?: string; sort?: string } }, string>(
  'export_vulnerabilities', 'GET', '/vulnerabilities/export', 'findings.read',
);

/** Makes such a file as a job, for what takes longer than one waits. */
export const beginVulnerabilitiesExport = /* @__PURE__ */ operation<{ body: ExportRequest }, Job>(
  'begin_vulnerabilities_export', 'POST', '/vulnerabilities/export', 'findings.read',
);

/** A vulnerability: what its sources say, and which images have it. */
export const showVulnerability = /* @__PURE__ */ operation<{ path: { id: string } }, VulnerabilityDetails>(
  'show_vulnerability', 'GET', '/vulnerabilities/{id}', 'findings.read',
);
