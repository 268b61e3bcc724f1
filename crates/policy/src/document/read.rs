//! From a document to a policy.

use model::{ControlAction, Ecosystem, LicenseCategory, PolicyEffect, PolicyMode, Severity, SignatureKind};

use super::{Control, Filter, Fix, LabelMatch, PackageMatch, Policy, Rule, ScoreSource, Since, Where};
use crate::check_id::check_id;
use crate::custom::CustomCheck;
use crate::keys::{self, CONTROLS, ControlKeys, Key, Kind, POLICY};
use crate::node::Node;
use crate::reader::{self, DocumentError, DocumentProblem, Table};
use crate::rego::RegoCheck;

/// The most controls of one policy.
pub const MOST_CONTROLS: usize = 500;

/// Reads a policy, as YAML or JSON. `file` is what errors call it.
///
/// # Errors
/// When the text is neither, is beyond a limit, or says something that policies do not have.
pub fn read_policy(file: &str, text: &str) -> Result<Policy, DocumentError> {
    let root = reader::parse(file, text)?;
    let table = Table::new(file, "", &root, POLICY)?;
    let nodes = root.get("controls").and_then(Node::list).unwrap_or_default();
    if nodes.len() > MOST_CONTROLS {
        let reason = format!("`controls` has more than {MOST_CONTROLS}; split the policy");
        return Err(table.error("controls", DocumentProblem::Combination { reason }));
    }
    let controls: Result<Vec<Control>, DocumentError> =
        nodes.iter().enumerate().map(|(at, node)| control(file, at, node)).collect();
    let mut effects = PolicyEffect::ALL.to_vec();
    if table.has("effects") {
        effects = words(&table, "effects", &PolicyEffect::ALL, PolicyEffect::as_str);
        effects.sort();
        effects.dedup();
    }
    Ok(Policy {
        name: table.required("name").to_owned(),
        version: table.text("version").unwrap_or_default().to_owned(),
        description: table.text("description").map(str::to_owned),
        mode: word(&table, "mode", &PolicyMode::ALL, PolicyMode::as_str).unwrap_or_default(),
        effects,
        scope: table.scope("scope")?,
        controls: controls?,
        file: file.to_owned(),
    })
}

fn control(file: &str, at: usize, node: &Node) -> Result<Control, DocumentError> {
    let place = format!("controls[{at}]");
    let names = CONTROLS.iter().map(|control| control.name);
    let fail = |problem| Err(reader::error(file, node.line, problem));
    if node.map().is_none() {
        let (expected, found) = ("a map with the key `control`".into(), node.describe());
        return fail(DocumentProblem::WrongValue { key: place, expected, found });
    }
    let Some(name) = node.get("control") else {
        let key = format!("{place}.control");
        return fail(DocumentProblem::MissingKey { key, about: "The name of the control." });
    };
    let Some(known) = name.text().and_then(keys::control) else {
        let word = name.text().unwrap_or_default().to_owned();
        let nearest = crate::nearest::nearest(&word, names).unwrap_or_default().to_owned();
        let problem = DocumentProblem::UnknownWord { key: format!("{place}.control"), word, nearest };
        return Err(reader::error(file, name.line, problem));
    };
    let mut keys = known.all_keys();
    keys.push(Key { name: "control", kind: Kind::Text, is_required: true, about: known.about });
    let table = Table::new(file, &place, node, &keys)?;
    Ok(Control {
        control: known.name,
        name: table.text("name").map(str::to_owned),
        action: word(&table, "action", &ControlAction::ALL, ControlAction::as_str).unwrap_or_default(),
        clauses: table.texts("clauses"),
        rule: rule(known, &table)?,
        line: node.line,
    })
}

fn rule(known: &ControlKeys, table: &Table<'_>) -> Result<Rule, DocumentError> {
    let filter = if known.has_filter { filter(table) } else { Filter::default() };
    let combination = |key: &str, reason: &str| {
        Err(table.error(key, DocumentProblem::Combination { reason: format!("`{}`: {reason}", table.place(key)) }))
    };
    let any_of = known.any_of();
    if let [first, ..] = any_of
        && !any_of.iter().any(|key| table.has(key))
    {
        return combination(first, &format!("give `{}`", any_of.join("` or `")));
    }
    Ok(match known.name {
        "vulnerability.severity" => Rule::VulnerabilitySeverity(filter),
        "vulnerability.age" => {
            let since = if table.text("since") == Some("fixed") { Since::Fixed } else { Since::Published };
            Rule::VulnerabilityAge { filter, days: table.count("days").unwrap_or_default(), since }
        }
        "vulnerability.kev" => Rule::Kev(filter),
        "vulnerability.epss" => {
            Rule::Epss { filter, probability: table.number("probability"), percentile: table.number("percentile") }
        }
        "cvss.maximum_score" => {
            let source = match table.text("source") {
                Some("nvd") => ScoreSource::Nvd,
                Some("highest") => ScoreSource::Highest,
                _ => ScoreSource::Vendor,
            };
            Rule::MaximumScore { filter, score: table.number("score").unwrap_or_default(), source }
        }
        "cve.deny" => Rule::CveDeny { ids: ids(table) },
        "cve.allow" => Rule::CveAllow { ids: ids(table), reason: table.required("reason").to_owned() },
        "package.deny" => Rule::PackageDeny(packages(table)?),
        "package.require" => Rule::PackageRequire(packages(table)?),
        "license.deny" => Rule::LicenseDeny { names: table.patterns("names") },
        "license.allow" => Rule::LicenseAllow {
            names: table.patterns("names"),
            passes_undeclared: table.text("undeclared") == Some("pass"),
        },
        "license.category" => {
            Rule::LicenseCategory(words(table, "categories", &LicenseCategory::ALL, LicenseCategory::as_str))
        }
        "malware" => Rule::Malware(place(table)),
        "secret" => Rule::Secret(place(table)),
        "superuser" => Rule::Superuser,
        "base.approved" => Rule::ApprovedBase { names: table.patterns("names") },
        "signature" => Rule::Signature {
            identities: table.patterns("identities"),
            kinds: words(table, "kinds", &SignatureKind::ALL, SignatureKind::as_str),
            attestations: table.texts("attestations"),
        },
        "label.require" => Rule::LabelRequire(labels(table)?),
        "label.forbid" => Rule::LabelForbid(labels(table)?),
        "misconfiguration.id" => {
            let mut ids: Vec<String> = table.texts("ids").iter().map(|id| check_id(id)).collect();
            ids.sort();
            Rule::MisconfigurationId { ids, place: place(table) }
        }
        "misconfiguration.severity" => Rule::MisconfigurationSeverity(place(table)),
        "gaps" => Rule::Gaps {
            ignore_paths: table.paths("ignore_paths"),
            at_most: table.count("at_most").unwrap_or_default(),
        },
        "image.age" => Rule::ImageAge { days: table.count("days").unwrap_or_default() },
        "os.end_of_life" => Rule::EndOfLife { days_ahead: table.count("days_ahead").unwrap_or_default() },
        "custom.rego" => Rule::Rego(rego(table)?),
        _ => Rule::Custom(custom(table)?),
    })
}

fn filter(table: &Table<'_>) -> Filter {
    Filter {
        at_least: severity(table),
        severities: table.texts("severities").iter().filter_map(|word| word.parse().ok()).collect(),
        fix: match table.text("fix") {
            Some("available") => Fix::Available,
            Some("missing") => Fix::Missing,
            _ => Fix::Any,
        },
        published_days_ago: table.count("published_days_ago"),
        fixed_days_ago: table.count("fixed_days_ago"),
        ignores_base_image: table.text("base_image") == Some("ignore"),
    }
}

fn place(table: &Table<'_>) -> Where {
    Where { at_least: severity(table), ignore_paths: table.paths("ignore_paths") }
}

fn severity(table: &Table<'_>) -> Option<Severity> {
    table.text("at_least").and_then(|word| word.parse().ok())
}

fn ids(table: &Table<'_>) -> Vec<String> {
    let mut ids: Vec<String> = table.texts("ids").iter().map(|id| id.trim().to_ascii_uppercase()).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn packages(table: &Table<'_>) -> Result<Vec<PackageMatch>, DocumentError> {
    table.tables("packages", keys::PACKAGE)?.iter().map(package).collect()
}

/// The package that a map with the keys of one means.
pub(crate) fn package(table: &Table<'_>) -> Result<PackageMatch, DocumentError> {
    let ecosystem =
        match table.text("ecosystem") {
            Some(word) => Some(Ecosystem::from_purl_type(word).ok_or_else(|| {
                table.unknown("ecosystem", word, Ecosystem::ALL.iter().map(|known| known.purl_type()))
            })?),
            None => None,
        };
    Ok(PackageMatch { name: crate::Pattern::new(table.required("name")), ecosystem, version: table.range("version")? })
}

fn labels(table: &Table<'_>) -> Result<Vec<LabelMatch>, DocumentError> {
    let label = |label: &Table<'_>| LabelMatch {
        key: label.required("key").to_owned(),
        value: label.text("value").map(crate::Pattern::new),
    };
    Ok(table.tables("labels", keys::LABEL)?.iter().map(label).collect())
}

fn custom(table: &Table<'_>) -> Result<CustomCheck, DocumentError> {
    let check = CustomCheck::new(table.required("cel"), table.required("message"), table.text("remedy"));
    check.map_err(|error| {
        table.error("cel", DocumentProblem::Check { key: table.place("cel"), reason: error.to_string() })
    })
}

fn rego(table: &Table<'_>) -> Result<RegoCheck, DocumentError> {
    let mut check = RegoCheck::new(table.required("rego"), &table.texts("rules")).map_err(|error| {
        table.error("rego", DocumentProblem::Check { key: table.place("rego"), reason: error.to_string() })
    })?;
    check.message = table.text("message").map(str::to_owned);
    check.remedy = table.text("remedy").map(str::to_owned);
    Ok(check)
}

/// The word at a key as what it stands for.
fn word<T: Copy>(table: &Table<'_>, key: &str, all: &[T], name: fn(T) -> &'static str) -> Option<T> {
    let word = table.text(key)?;
    all.iter().copied().find(|value| name(*value) == word)
}

fn words<T: Copy>(table: &Table<'_>, key: &str, all: &[T], name: fn(T) -> &'static str) -> Vec<T> {
    let texts = table.texts(key);
    texts.iter().filter_map(|word| all.iter().copied().find(|value| name(*value) == word)).collect()
}
