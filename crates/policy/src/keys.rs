//! The one list of what a policy may say. The reader, the errors, the JSON Schema and the reference page follow it.

/// A key of a map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    pub(crate) about: &'static str,
}

/// What a key's value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A text that is not empty.
    Text,
    /// Any scalar, as it is spelled.
    Word,
    /// A list of texts that are not empty, at least one.
    Texts,
    /// A number in these bounds.
    Number { least: f64, most: f64 },
    /// A whole number up to this.
    Count { most: u32 },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of these words, at least one.
    Choices(&'static [&'static str]),
    /// A date or a time (RFC 3339).
    Time,
    /// A map with these keys.
    Map(&'static [Key]),
    /// A list of such maps, at least one.
    Maps(&'static [Key]),
    /// A list of controls.
    Controls,
}

/// A control and the keys it has beside those of [`EVERY_CONTROL`].
#[derive(Debug)]
pub(crate) struct ControlKeys {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
    /// Whether it also has the keys of [`WHICH_VULNERABILITIES`].
    pub(crate) has_filter: bool,
}

impl ControlKeys {
    /// Keys of which at least one must be there; none where nothing of the kind is asked.
    pub(crate) fn any_of(&self) -> &'static [&'static str] {
        match self.name {
            "vulnerability.severity" => &["at_least", "severities"],
            "vulnerability.epss" => &["probability", "percentile"],
            _ => &[],
        }
    }
}

/// The same of an exception: one without covers everything.
pub(crate) const ANY_OF_EXCEPTION: &[&str] = &["ids", "package", "path"];

pub(crate) const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, is_required: true, about }
}

pub(crate) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, is_required: false, about }
}

/// The longest time that a key may ask for, in days: a hundred years.
const LONGEST_DAYS: u32 = 36_525;

const SEVERITIES: &[&str] = &["critical", "high", "medium", "low", "none", "unknown"];
const RATED: &[&str] = &["critical", "high", "medium", "low"];
const IGNORE_PATHS: Key =
    optional("ignore_paths", Kind::Texts, "Patterns of paths that do not count; `*` is any text.");
const AT_LEAST: Key = optional("at_least", Kind::Choice(RATED), "Count only what is at least this bad.");

/// The value of `schema` in a policy.
pub(crate) const POLICY_SCHEMA: &str = "bulkhead.policy/1";
/// The value of `schema` in a list of exceptions.
pub(crate) const EXCEPTIONS_SCHEMA: &str = "bulkhead.exceptions/1";

/// The keys of a policy.
pub(crate) const POLICY: &[Key] = &[
    required("schema", Kind::Choice(&[POLICY_SCHEMA]), "The version of this format."),
    required("name", Kind::Text, "The name under which verdicts tell of the policy."),
    optional("version", Kind::Word, "The policy's own version, in whatever way its author counts."),
    optional("description", Kind::Text, "What the policy is for."),
    optional(
        "mode",
        Kind::Choice(&["enforce", "audit"]),
        "`enforce` (default) denies what fails; `audit` only tells what it would deny.",
    ),
    optional(
        "effects",
        Kind::Choices(&["fail_pipeline", "block", "record", "notify"]),
        "What is done where the policy denies; without the key: all of them.",
    ),
    optional("scope", Kind::Map(SCOPE), "What the policy applies to; without the key: everything."),
    required("controls", Kind::Controls, "What is asked."),
];

/// The keys of a scope.
pub(crate) const SCOPE: &[Key] = &[
    optional(
        "expression",
        Kind::Text,
        "Variables joined by `&&`, `||`, `!` and brackets; without the key all must hold.",
    ),
    required("variables", Kind::Maps(VARIABLE), "The variables: v1, v2, … in this order."),
];

pub(crate) const VARIABLE: &[Key] = &[
    required("attribute", Kind::Text, "The attribute that is asked, such as `image.repository`."),
    optional("name", Kind::Text, "The key of a label."),
    required("value", Kind::Word, "What it must be; `*` is any text, `?` any character."),
];

/// The keys of every control.
pub(crate) const EVERY_CONTROL: &[Key] = &[
    optional("name", Kind::Text, "A name for the control in verdicts."),
    optional(
        "action",
        Kind::Choice(&["fail", "warn", "audit"]),
        "`fail` (default) makes the policy deny; `warn` and `audit` only tell.",
    ),
    optional("clauses", Kind::Texts, "The clauses of standards that the control serves."),
    optional("description", Kind::Text, "Why the control is there."),
];

/// The keys of a control over vulnerabilities that choose which of them count. All that are given must hold.
pub(crate) const WHICH_VULNERABILITIES: &[Key] = &[
    AT_LEAST,
    optional("severities", Kind::Choices(SEVERITIES), "Count only these severities."),
    optional(
        "fix",
        Kind::Choice(&["any", "available", "missing"]),
        "Count only vulnerabilities that have a repaired version, or that have none.",
    ),
    optional(
        "published_days_ago",
        Kind::Count { most: LONGEST_DAYS },
        "Count only vulnerabilities that became public at least this many days ago, or at an unknown time.",
    ),
    optional(
        "fixed_days_ago",
        Kind::Count { most: LONGEST_DAYS },
        "Count only vulnerabilities whose repaired version is at least this many days old; where its age is unknown, the vulnerability's counts.",
    ),
    optional(
        "base_image",
        Kind::Choice(&["count", "ignore"]),
        "`ignore` leaves out packages that an approved base image brought.",
    ),
];

const PACKAGES: Key = required("packages", Kind::Maps(PACKAGE), "The packages.");
pub(crate) const PACKAGE: &[Key] = &[
    required("name", Kind::Text, "A pattern of the package's name."),
    optional("ecosystem", Kind::Text, "The purl type of its ecosystem: `deb`, `npm`, `maven`."),
    optional(
        "version",
        Kind::Word,
        "A range of versions in the ecosystem's own order: `<1.2.3`, `>=1.0 <2.0`, `=1.5`, `=1.5-*` for any release of it; several joined by `||`.",
    ),
];
const LABELS: Key = required("labels", Kind::Maps(LABEL), "The labels.");
pub(crate) const LABEL: &[Key] = &[
    required("key", Kind::Text, "The label's key."),
    optional("value", Kind::Word, "A pattern of its value; without the key any value."),
];
const CVES: Key = required("ids", Kind::Texts, "Ids of vulnerabilities: CVE ids, or those of advisories.");
const LICENSES: Key = required("names", Kind::Texts, "SPDX ids or patterns of them: `GPL-3.0-only`, `AGPL-*`.");

/// Every control.
pub(crate) const CONTROLS: &[ControlKeys] = &[
    ControlKeys {
        name: "vulnerability.severity",
        about: "No vulnerability that counts: give `at_least` or `severities`.",
        keys: &[],
        has_filter: true,
    },
    ControlKeys {
        name: "vulnerability.age",
        about: "No vulnerability that has been known, or has had a repaired version, for too long.",
        keys: &[
            required("days", Kind::Count { most: LONGEST_DAYS }, "The most days that pass."),
            optional("since", Kind::Choice(&["published", "fixed"]), "From which day they are counted."),
        ],
        has_filter: true,
    },
    ControlKeys {
        name: "vulnerability.kev",
        about: "No vulnerability that CISA knows to be exploited (KEV).",
        keys: &[],
        has_filter: true,
    },
    ControlKeys {
        name: "vulnerability.epss",
        about: "No vulnerability that is likely to be exploited (EPSS): give `probability` or `percentile`.",
        keys: &[
            optional("probability", Kind::Number { least: 0.0, most: 1.0 }, "Fails from this probability on."),
            optional("percentile", Kind::Number { least: 0.0, most: 1.0 }, "Fails from this percentile on."),
        ],
        has_filter: true,
    },
    ControlKeys {
        name: "cvss.maximum_score",
        about: "No vulnerability with a score this high or higher.",
        keys: &[
            required("score", Kind::Number { least: 0.0, most: 10.0 }, "Fails from this CVSS base score on."),
            optional(
                "source",
                Kind::Choice(&["vendor", "nvd", "highest"]),
                "Whose score counts: that of the source of the severity (default), NVD's, or the highest of all.",
            ),
        ],
        has_filter: true,
    },
    ControlKeys {
        name: "cve.deny",
        about: "None of these vulnerabilities, whatever their score.",
        keys: &[CVES],
        has_filter: false,
    },
    ControlKeys {
        name: "cve.allow",
        about: "These vulnerabilities do not count for the policy's other controls but cve.deny.",
        keys: &[CVES, required("reason", Kind::Text, "Why they may stay.")],
        has_filter: false,
    },
    ControlKeys { name: "package.deny", about: "None of these packages.", keys: &[PACKAGES], has_filter: false },
    ControlKeys { name: "package.require", about: "Each of these packages.", keys: &[PACKAGES], has_filter: false },
    ControlKeys {
        name: "license.deny",
        about: "No package that can only be had under one of these licenses.",
        keys: &[LICENSES],
        has_filter: false,
    },
    ControlKeys {
        name: "license.allow",
        about: "Only packages that can be had under these licenses.",
        keys: &[
            LICENSES,
            optional("undeclared", Kind::Choice(&["fail", "pass"]), "What becomes of packages without a license."),
        ],
        has_filter: false,
    },
    ControlKeys {
        name: "license.category",
        about: "No license of these categories.",
        keys: &[required(
            "categories",
            Kind::Choices(&[
                "public-domain",
                "permissive",
                "weak-copyleft",
                "unknown",
                "strong-copyleft",
                "network-copyleft",
                "source-available",
                "proprietary",
            ]),
            "The categories.",
        )],
        has_filter: false,
    },
    ControlKeys { name: "malware", about: "No malware.", keys: &[AT_LEAST, IGNORE_PATHS], has_filter: false },
    ControlKeys { name: "secret", about: "No secrets.", keys: &[AT_LEAST, IGNORE_PATHS], has_filter: false },
    ControlKeys { name: "superuser", about: "The image does not run as root.", keys: &[], has_filter: false },
    ControlKeys {
        name: "base.approved",
        about: "The image is built on a base image of the list given to the scan.",
        keys: &[optional("names", Kind::Texts, "Patterns of the names that are approved here.")],
        has_filter: false,
    },
    ControlKeys {
        name: "signature",
        about: "The image has a signature that holds.",
        keys: &[
            optional("identities", Kind::Texts, "Patterns of who must have signed; any of them."),
            optional("kinds", Kind::Choices(&["cosign", "notation"]), "The schemes that count."),
            optional("attestations", Kind::Texts, "Predicate types that the signer must have stated; all of them."),
        ],
        has_filter: false,
    },
    ControlKeys {
        name: "label.require",
        about: "The image has each of these labels.",
        keys: &[LABELS],
        has_filter: false,
    },
    ControlKeys {
        name: "label.forbid",
        about: "The image has none of these labels.",
        keys: &[LABELS],
        has_filter: false,
    },
    ControlKeys {
        name: "misconfiguration.id",
        about: "None of these checks fails.",
        keys: &[
            required("ids", Kind::Texts, "Ids of checks, ours or those of public lists: `DS-0002`, `AVD-DS-0002`."),
            IGNORE_PATHS,
        ],
        has_filter: false,
    },
    ControlKeys {
        name: "misconfiguration.severity",
        about: "No check fails that is this severe.",
        keys: &[AT_LEAST, IGNORE_PATHS],
        has_filter: false,
    },
    ControlKeys {
        name: "gaps",
        about: "Everything could be read.",
        keys: &[IGNORE_PATHS, optional("at_most", Kind::Count { most: 1_000_000 }, "So many gaps pass.")],
        has_filter: false,
    },
    ControlKeys {
        name: "image.age",
        about: "The image is not too old.",
        keys: &[required("days", Kind::Count { most: LONGEST_DAYS }, "The most days since it was built.")],
        has_filter: false,
    },
    ControlKeys {
        name: "os.end_of_life",
        about: "The distribution's release is still supported.",
        keys: &[optional("days_ahead", Kind::Count { most: LONGEST_DAYS }, "And will be for so many days.")],
        has_filter: false,
    },
    ControlKeys {
        name: "custom",
        about: "A check of one's own over the report: give `cel`.",
        keys: &[
            required("cel", Kind::Text, "A CEL expression over `report` that is true where the check passes."),
            required("message", Kind::Text, "What the verdict says where it does not."),
            optional("remedy", Kind::Text, "What to do about it."),
        ],
        has_filter: false,
    },
    ControlKeys {
        name: "custom.rego",
        about: "A check of one's own over the report in Rego, the language of Open Policy Agent: its rules deny nothing.",
        keys: &[
            required("rego", Kind::Text, "The program; the report is its `input`."),
            optional(
                "rules",
                Kind::Texts,
                "The rules that deny by their messages; without the key `deny` and `violation`.",
            ),
            optional("message", Kind::Text, "What the verdict says where a rule gives no message."),
            optional("remedy", Kind::Text, "What to do about it."),
        ],
        has_filter: false,
    },
];

/// The keys of a list of exceptions.
pub(crate) const EXCEPTIONS: &[Key] = &[
    required("schema", Kind::Choice(&[EXCEPTIONS_SCHEMA]), "The version of this format."),
    required("exceptions", Kind::Maps(EXCEPTION), "The exceptions."),
];

pub(crate) const EXCEPTION: &[Key] = &[
    required("name", Kind::Text, "The name under which verdicts and findings tell of the exception."),
    optional(
        "kind",
        Kind::Choice(&["vulnerability", "secret", "malware", "license", "misconfiguration", "gap"]),
        "Only findings of this kind, or what could not be read.",
    ),
    optional("ids", Kind::Texts, "CVE ids, ids of checks, names of rules or licenses."),
    optional("package", Kind::Map(PACKAGE), "Only findings in this package."),
    optional(
        "path",
        Kind::Text,
        "Only findings in this file, or in those that this pattern matches; of a package in several files, in all of them.",
    ),
    optional("scope", Kind::Map(SCOPE), "Only in these images; without the key in every one."),
    required("owner", Kind::Text, "Who answers for it."),
    required("reason", Kind::Text, "Why it may stay."),
    required("expires", Kind::Time, "The last day on which it holds, or the moment at which it ends."),
];

/// The keys of a `trivyignore.yaml`.
pub(crate) const IGNORE_FILE: &[Key] = &[
    optional("vulnerabilities", Kind::Maps(IGNORED_IN_PACKAGES), "Vulnerabilities."),
    optional("misconfigurations", Kind::Maps(IGNORED), "Misconfigurations."),
    optional("secrets", Kind::Maps(IGNORED), "Secrets."),
    optional("licenses", Kind::Maps(IGNORED_IN_PACKAGES), "Licenses."),
];

const IGNORED_ID: Key = required("id", Kind::Text, "The id of what is ignored.");
const IGNORED_PATHS: Key = optional("paths", Kind::Texts, "Only in files that one of these patterns matches.");
const IGNORED_STATEMENT: Key = optional("statement", Kind::Text, "Why it is ignored.");
const IGNORED_END: Key = optional("expired_at", Kind::Time, "The day from which it is no longer ignored.");

const IGNORED: &[Key] = &[IGNORED_ID, IGNORED_PATHS, IGNORED_STATEMENT, IGNORED_END];

const IGNORED_IN_PACKAGES: &[Key] = &[
    IGNORED_ID,
    IGNORED_PATHS,
    optional("purls", Kind::Texts, "Only in packages that one of these package URLs means."),
    IGNORED_STATEMENT,
    IGNORED_END,
];

/// The control of this name.
pub(crate) fn control(name: &str) -> Option<&'static ControlKeys> {
    CONTROLS.iter().find(|control| control.name == name)
}

impl ControlKeys {
    /// All its keys, those that it shares included.
    pub(crate) fn all_keys(&self) -> Vec<Key> {
        let filter = if self.has_filter { WHICH_VULNERABILITIES } else { &[] };
        [self.keys, filter, EVERY_CONTROL].concat()
    }
}
