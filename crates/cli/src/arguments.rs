//! The command line, as `docs/reference/command-line.md` describes it.

mod declaration;
mod language;
mod platform;
mod signatures;
mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use formats::{Format, Language};
use model::{Platform, Severity};
use oci::registry::Mirror;

use crate::target::Target;
pub(crate) use declaration::{AdminApplyArguments, AdminExportConfigArguments, ServerArguments};
pub(crate) use language::language_of;
pub(crate) use platform::{
    AdminAuditCommand, AdminCommand, AdminPlaceArguments, AdminVerifyArguments, RegisterArguments, UpArguments,
};
pub(crate) use signatures::SignatureArguments;
pub(crate) use worker::WorkerArguments;

/// Scans container images, folders and hosts for known vulnerabilities.
#[derive(Debug, Parser)]
#[command(name = "bulkhead", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report what is wrong with an image, a folder, a host or a bill of materials
    Scan(Box<ScanArguments>),
    /// Write the bill of materials of an image, a folder or a host
    Sbom(Box<SbomArguments>),
    /// Tell what changed between two targets or two saved reports
    Diff(Box<DiffArguments>),
    /// Write a saved JSON report in another format
    Convert(ConvertArguments),
    /// Build, update and ask the intelligence: what is known to be wrong
    #[command(subcommand)]
    Intel(IntelCommand),
    /// Check policies, explain verdicts, bring policies of others
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Run the whole platform on this machine: the server and its scan workers
    Up(UpArguments),
    /// Look after the store of the platform: backup, restore, migration, a lost password
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Do the scan jobs of a server
    Worker(WorkerArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
    /// Write the manual pages into a folder
    Man(ManArguments),
}

/// How to get a target.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArguments {
    /// Choose this platform from an image index, such as linux/arm64
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<Platform>,
    /// Choose this image from an archive or layout that holds several, by name or tag
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
    /// Keep layer indexes here instead of the user's cache folder
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Neither read nor write the cache
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Never open a network connection, not even for the target
    #[arg(long)]
    pub(crate) offline: bool,
    /// Trust the certificate authorities in this PEM file beside the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Speak plain http with the registry
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Ask TO first for images of registry FROM; repeatable, tried in order
    #[arg(long, value_name = "FROM=TO")]
    pub(crate) mirror: Vec<Mirror>,
    /// Fetch only wanted files of eStargz and zstd:chunked layers, trusting the image's builder that their tables of
    /// contents are complete
    #[arg(long)]
    pub(crate) trust_toc: bool,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Where reports go.
#[derive(Debug, Args)]
pub(crate) struct OutputArguments {
    /// Write the report here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// The language of what people read: en or ja; the environment's own when not given
    #[arg(long, value_name = "LANGUAGE", value_parser = parse_language)]
    pub(crate) lang: Option<Language>,
}

/// What findings are made by, and which of them count.
#[derive(Debug, Args)]
pub(crate) struct ChoiceArguments {
    /// Use this intelligence file instead of the installed or the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) intel: Option<PathBuf>,
    /// Report only findings of these severities: critical, high, medium, low, none, unknown
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) severity: Vec<Severity>,
    /// Leave out vulnerabilities that no version repairs
    #[arg(long)]
    pub(crate) fixable_only: bool,
    /// Match a member of the RHEL family against this distribution's advisories, such as almalinux
    #[arg(long, value_name = "NAME", value_parser = parse_rhel_member)]
    pub(crate) rhel_advisories: Option<String>,
    /// Judge ages as of this time (RFC 3339) instead of the clock's
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) now: Option<u64>,
}

/// What is looked for, and by which rules.
#[derive(Debug, Args)]
pub(crate) struct DetectorArguments {
    /// What to look for
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "vulnerabilities,secrets,malware,licenses,misconfigurations"
    )]
    pub(crate) detectors: Vec<Detector>,
    /// Look for secrets by the rules of this file as well (TOML, ours or that of gitleaks); repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_rules: Vec<PathBuf>,
    /// Look for malware by the YARA rules in this folder or file as well; repeatable
    #[arg(long, value_name = "DIR")]
    pub(crate) rules: Vec<PathBuf>,
    /// Recognise texts of licenses as well: in LICENSE, COPYING and their like, and in tags of source files
    #[arg(long)]
    pub(crate) license_texts: bool,
    /// Ask the ClamAV daemon that listens on this socket about every file
    #[arg(long, value_name = "SOCKET")]
    pub(crate) clamd: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    /// SCHEME:PLACE, or an image name, file or folder; `-` reads an archive from standard input. Schemes: registry,
    /// docker-archive, oci, oci-archive, docker, podman, containerd, container, rootfs, dir, sbom, host
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// table, json, sarif, cyclonedx, spdx, junit, gitlab, html or markdown; F=FILE writes that format to a file; repeatable
    #[arg(long, short, value_name = "FORMAT[=FILE]", value_parser = parse_format)]
    pub(crate) format: Vec<(Format, Option<PathBuf>)>,
    #[command(flatten)]
    pub(crate) detectors: DetectorArguments,
    #[command(flatten)]
    pub(crate) choice: ChoiceArguments,
    /// Tell whether the image is built on one of the base images that this file lists, a line NAME DIGEST… each
    #[arg(long, value_name = "FILE")]
    pub(crate) approved_bases: Option<PathBuf>,
    /// Look at other builds of the image's base on that list in their registries, to tell which repairs more; without it
    /// only those count that the cache knows
    #[arg(long, requires = "approved_bases", conflicts_with = "offline")]
    pub(crate) look_up_bases: bool,
    #[command(flatten)]
    pub(crate) signatures: SignatureArguments,
    /// Judge by this policy, a file or the name of a built-in one: default, strict, pci-dss, hipaa, nist-sp-800-190;
    /// repeatable, every one that applies must allow
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Vec<PathBuf>,
    /// Leave out of the judgement what the exceptions in this file cover, ours or a .trivyignore; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Vec<PathBuf>,
    /// Take the status of vulnerabilities from this VEX document (OpenVEX, CSAF 2.0, CycloneDX); repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) vex: Vec<PathBuf>,
    /// Tell what is new against this report, saved by scan --format json
    #[arg(long, value_name = "REPORT")]
    pub(crate) compare_to: Option<PathBuf>,
    /// Exit with 1 when something is new
    #[arg(long, requires = "compare_to")]
    pub(crate) fail_on_new: bool,
    /// Exit with 4 when something could not be read
    #[arg(long)]
    pub(crate) fail_on_gaps: bool,
    #[command(flatten)]
    pub(crate) register: RegisterArguments,
}

#[derive(Debug, Args)]
pub(crate) struct SbomArguments {
    /// SCHEME:PLACE, or an image name, file or folder; `-` reads an archive from standard input. Schemes: registry,
    /// docker-archive, oci, oci-archive, docker, podman, containerd, container, rootfs, dir, sbom, host
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// cyclonedx or spdx
    #[arg(long, short, value_name = "FORMAT", default_value = "cyclonedx", hide_possible_values = true)]
    pub(crate) format: SbomFormat,
    /// Exit with 4 when something could not be read
    #[arg(long)]
    pub(crate) fail_on_gaps: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// What was: a target as for bulkhead scan, or a report saved by scan --format json
    pub(crate) old: Target,
    /// What is: the same
    pub(crate) new: Target,
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) detectors: DetectorArguments,
    #[command(flatten)]
    pub(crate) choice: ChoiceArguments,
    /// table or json
    #[arg(long, short, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub(crate) format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    /// The report, as bulkhead scan --format json wrote it; `-` reads standard input
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    /// table, json, sarif, cyclonedx, spdx, junit, gitlab, html or markdown; F=FILE writes that format to a file; repeatable
    #[arg(long, short, value_name = "FORMAT[=FILE]", value_parser = parse_format, required = true)]
    pub(crate) format: Vec<(Format, Option<PathBuf>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SbomFormat {
    Cyclonedx,
    Spdx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Detector {
    Vulnerabilities,
    Secrets,
    Malware,
    Licenses,
    Misconfigurations,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IntelCommand {
    /// Build an intelligence file from a folder of feeds
    Build(IntelBuildArguments),
    /// Replace the installed intelligence by a newer one, signed by a trusted key
    Update(IntelUpdateArguments),
    /// List each source of the intelligence, its records and its age
    Status(IntelStatusArguments),
    /// Show all that is known of a vulnerability, the sources side by side
    Lookup(IntelLookupArguments),
    /// Write the installed intelligence and its signature as one file, to carry it across an air gap
    Export(IntelExportArguments),
    /// Install an exported file, as update does
    Import(IntelImportArguments),
    /// Offer the installed intelligence to others over http, as a mirror for intel update
    Serve(IntelServeArguments),
    /// Make a key pair for signing intelligence
    Keygen(IntelKeygenArguments),
}

#[derive(Debug, Args)]
pub(crate) struct IntelBuildArguments {
    /// The folder of feeds; `docs/reference/feeds.md` lists the folders it may have
    #[arg(long, value_name = "DIR")]
    pub(crate) feeds: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Sign with this private key, made by bulkhead intel keygen
    #[arg(long, value_name = "KEY")]
    pub(crate) sign: Option<PathBuf>,
    /// Leave the titles of this source out, such as osv/npm; repeatable
    #[arg(long, value_name = "SOURCE")]
    pub(crate) without_titles: Vec<String>,
    /// Also write, beside the file, the delta that leads from this older file to it
    #[arg(long, value_name = "OLD")]
    pub(crate) delta_from: Option<PathBuf>,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct IntelUpdateArguments {
    /// A folder, a file, an http(s) URL or oci://REGISTRY/REPOSITORY:TAG with the intelligence and its signature
    pub(crate) from: String,
    /// The public key that must have signed it
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) key: Vec<PathBuf>,
    /// Trust the certificate authorities in this PEM file beside the system's
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Speak plain http with the registry
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Ask TO first for artifacts of registry FROM; repeatable, tried in order
    #[arg(long, value_name = "FROM=TO")]
    pub(crate) mirror: Vec<Mirror>,
}

#[derive(Debug, Args)]
pub(crate) struct IntelStatusArguments {
    /// Ask this file instead of the installed or the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) intel: Option<PathBuf>,
    /// Accepted for scripts of old: every checksum is checked anyway
    #[arg(long, hide = true)]
    pub(crate) verify: bool,
    /// table or json
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub(crate) format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IntelLookupArguments {
    /// A CVE id or the id of an advisory
    pub(crate) id: String,
    /// Ask this file instead of the installed or the built-in one
    #[arg(long, value_name = "FILE")]
    pub(crate) intel: Option<PathBuf>,
    /// table or json
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    pub(crate) format: PlainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct IntelExportArguments {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct IntelImportArguments {
    /// The exported file
    pub(crate) file: PathBuf,
    /// The public key that must have signed it
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) key: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct IntelServeArguments {
    /// The address to listen on; port 0 takes a free one. Signatures, not the connection, make it trusted
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8480")]
    pub(crate) listen: SocketAddr,
    /// Offer this file instead of the installed one
    #[arg(long, value_name = "FILE")]
    pub(crate) intel: Option<PathBuf>,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct IntelKeygenArguments {
    /// The private key's file; the public key goes beside it as FILE.pub
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Find contradictions, controls that never decide, and expired exceptions
    Check(PolicyCheckArguments),
    /// Tell why a report was judged as it was, and what to change
    Explain(PolicyExplainArguments),
    /// Print the JSON Schema of policies, exceptions or profiles
    Schema(PolicySchemaArguments),
    /// Print a built-in policy, to start one's own from
    Show(PolicyShowArguments),
    /// Make a policy of another product's
    #[command(subcommand)]
    Import(PolicyImportCommand),
    /// Answer one check in Rego within limits; the program starts itself so
    #[command(hide = true)]
    AskRego,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyCheckArguments {
    /// The policies: files, or names of built-in ones; profiles of images are read as well
    #[arg(value_name = "FILE")]
    pub(crate) policies: Vec<PathBuf>,
    /// Check the exceptions in this file as well; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) exceptions: Vec<PathBuf>,
    /// Judge expiry as of this time (RFC 3339) instead of the clock's
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) now: Option<u64>,
    /// The language of the sentences: en or ja; the environment's own when not given
    #[arg(long, value_name = "LANGUAGE", value_parser = parse_language)]
    pub(crate) lang: Option<Language>,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyExplainArguments {
    /// The report, as bulkhead scan --policy FILE --format json wrote it; `-` reads standard input
    #[arg(value_name = "REPORT.json")]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct PolicySchemaArguments {
    /// Of what
    #[arg(default_value = "policy")]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    Policy,
    Exceptions,
    Profile,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyShowArguments {
    /// default, strict, pci-dss, hipaa or nist-sp-800-190
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyImportCommand {
    /// Read an image assurance policy of Aqua (JSON); what became of each key is told on standard error
    Aqua(PolicyImportArguments),
    /// Read a program in Rego with rules such as deny[msg], violation[msg] and warn[msg]; the report is its input
    Rego(PolicyImportArguments),
}

#[derive(Debug, Args)]
pub(crate) struct PolicyImportArguments {
    /// The policy
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// The folder to write into; it is made when it is missing
    pub(crate) folder: PathBuf,
}

/// The members of the RHEL family that publish advisories, with the other words for them.
const RHEL_FAMILY: &[&str] = &["almalinux", "rocky", "rhel", "oracle", "alma", "redhat", "ol", "oraclelinux"];

fn parse_rhel_member(text: &str) -> Result<String, String> {
    match RHEL_FAMILY.contains(&text.to_ascii_lowercase().as_str()) {
        true => Ok(text.to_owned()),
        false => {
            Err(format!("`{text}` publishes no advisories for RHEL's packages; use {}", RHEL_FAMILY[..4].join(", ")))
        }
    }
}

fn parse_time(text: &str) -> Result<u64, String> {
    intelligence::parse_time(text)
        .ok_or_else(|| "write a time such as 2026-01-31T12:00:00Z, of the years from 1970 to 2199".into())
}

fn parse_language(text: &str) -> Result<Language, String> {
    match text {
        "en" => Ok(Language::English),
        "ja" => Ok(Language::Japanese),
        _ => Err("use en or ja".into()),
    }
}

fn parse_format(text: &str) -> Result<(Format, Option<PathBuf>), String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("name a file after the =".into()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    name.parse().map(|format| (format, file)).map_err(|error: formats::UnknownFormat| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(parse_time("1970-01-02T00:00:00Z"), Ok(86_400));
        assert_eq!(parse_time("2199-12-31T23:59:59Z"), Ok(7_258_118_399));
        for text in ["tomorrow", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            let refused = parse_time(text).unwrap_err();
            assert_eq!(refused, "write a time such as 2026-01-31T12:00:00Z, of the years from 1970 to 2199", "{text}");
        }
    }

    #[test]
    fn a_format_may_name_its_file() {
        assert_eq!(parse_format("json=out/r.json"), Ok((Format::Json, Some("out/r.json".into()))));
        assert_eq!(parse_format("sarif"), Ok((Format::Sarif, None)));
        assert!(parse_format("xml").is_err());
        assert!(parse_format("json=").is_err());
    }
}
