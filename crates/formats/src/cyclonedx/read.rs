//! Reads CycloneDX JSON of any tool and version: components at any depth, the operating system, dependencies.

use std::borrow::Cow;

use model::{Distribution, Ecosystem, SourcePackage};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::bill::{Bill, BillBuilder, Details, Rows, list, list_reason, named_source, source_rpm, text};
use crate::properties::{our_distribution, take_of_package, take_of_target};

/// Components inside of components are followed this deep.
const DEEPEST: usize = 32;

/// How many characters of a version that is not known a gap shows.
const LONGEST_SHOWN: usize = 20;

/// A CycloneDX document.
#[derive(Deserialize)]
pub(crate) struct Document<'a> {
    #[serde(rename = "specVersion", default, deserialize_with = "text")]
    version: Option<String>,
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow, default)]
    components: Rows<'a>,
    #[serde(borrow, default)]
    dependencies: Rows<'a>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    component: Option<Component<'a>>,
    #[serde(default, deserialize_with = "list")]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Component<'a> {
    #[serde(rename = "bom-ref", default, deserialize_with = "text")]
    reference: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    version: Option<String>,
    #[serde(default, deserialize_with = "text")]
    purl: Option<String>,
    #[serde(default, deserialize_with = "text")]
    scope: Option<String>,
    #[serde(default, deserialize_with = "list")]
    licenses: Vec<LicenseChoice>,
    #[serde(default, deserialize_with = "list")]
    hashes: Vec<Hash>,
    #[serde(default, deserialize_with = "list")]
    properties: Vec<Property>,
    #[serde(borrow, default)]
    components: Rows<'a>,
    #[serde(borrow)]
    evidence: Option<Evidence<'a>>,
    #[serde(borrow, default)]
    tags: Rows<'a>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "text")]
    value: Option<String>,
}

impl Property {
    fn pair(&self) -> Option<(&str, &str)> {
        Some((self.name.as_deref()?, self.value.as_deref()?))
    }
}

#[derive(Deserialize)]
struct LicenseChoice {
    license: Option<License>,
    #[serde(default, deserialize_with = "text")]
    expression: Option<String>,
}

#[derive(Deserialize)]
struct License {
    #[serde(default, deserialize_with = "text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "text")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Hash {
    #[serde(default, deserialize_with = "text")]
    alg: Option<String>,
    #[serde(default, deserialize_with = "text")]
    content: Option<String>,
}

#[derive(Deserialize)]
struct Evidence<'a> {
    /// A list since 1.6, one object before.
    #[serde(borrow)]
    identity: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "list")]
    occurrences: Vec<Occurrence>,
}

/// How a tool knows what a component is.
#[derive(Deserialize)]
struct Identity {
    #[serde(default, deserialize_with = "list")]
    methods: Vec<Method>,
}

#[derive(Deserialize)]
struct Method {
    #[serde(default, deserialize_with = "text")]
    value: Option<String>,
}

#[derive(Deserialize)]
struct Occurrence {
    #[serde(default, deserialize_with = "text")]
    location: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    #[serde(rename = "ref", borrow, default)]
    reference: Cow<'a, str>,
    #[serde(borrow, default)]
    depends_on: Rows<'a>,
}

/// Reads a CycloneDX document.
///
/// # Errors
/// What is wrong, when it is no such document.
pub(crate) fn read(document: &Document<'_>) -> Result<Bill, String> {
    let in_components = |error| list_reason(&error, "components");
    let mut bill = Bill::default();
    let mut builder = BillBuilder::default();
    let metadata = document.metadata.as_ref();
    for (name, value) in metadata.iter().flat_map(|metadata| &metadata.properties).filter_map(Property::pair) {
        builder.is_ours |= take_of_target(&mut bill, name, value);
    }
    if let Some(version) = document.version.as_deref().filter(|version| version.split('.').next() != Some("1")) {
        let version: String = version.chars().take(LONGEST_SHOWN).collect();
        builder.gap("", format!("it is of CycloneDX {version}, which is not known; a part of it may not be read"));
    }
    let mut has_packages = document.components.is_given();
    if let Some(target) = metadata.and_then(|metadata| metadata.component.as_ref()) {
        // The target itself may be a package: an application that was published under its own purl.
        let is_package = |purl: &String| purl.parse().is_ok_and(|purl: model::Purl| is_known(&purl));
        if target.purl.as_ref().is_some_and(is_package) || target.kind.as_deref() == Some("operating-system") {
            add_one(target, &mut builder);
            has_packages = true;
        }
        has_packages |= target.components.is_given();
        target.components.each(|inner| add(&inner, &mut builder, 1)).map_err(in_components)?;
    }
    document.components.each(|component| add(&component, &mut builder, 0)).map_err(in_components)?;
    if !has_packages {
        let reason = "it has no list of components, as documents with nothing but VEX have none, so that what is in the \
                      target is unknown";
        builder.gap("", reason);
    }
    let inventory = builder.finish(|link| {
        document.dependencies.each(|dependency: Dependency<'_>| {
            dependency.depends_on.each(|needed: Written<'_>| {
                link(&dependency.reference, &needed.0);
                Ok(())
            })
        })
    });
    bill.put(inventory.map_err(|error| list_reason(&error, "dependencies"))?);
    Ok(bill)
}

/// Text, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Written<'a>(#[serde(borrow)] Cow<'a, str>);

fn is_known(purl: &model::Purl) -> bool {
    Ecosystem::from_purl_type(purl.purl_type()).is_some()
}

fn add(component: &Component<'_>, builder: &mut BillBuilder, depth: usize) -> serde_json::Result<()> {
    add_one(component, builder);
    if depth == DEEPEST && !component.components.is_empty() {
        let name = component.name.as_deref().unwrap_or_default();
        builder.gap(name, format!("components inside of components are followed {DEEPEST} levels deep"));
        return Ok(());
    }
    component.components.each(|inner| add(&inner, builder, depth + 1))
}

fn add_one(component: &Component<'_>, builder: &mut BillBuilder) {
    let kind = component.kind.as_deref().unwrap_or_default();
    let name = component.name.as_deref().unwrap_or_default();
    if kind == "operating-system" {
        if builder.distribution.is_none() && !name.is_empty() {
            builder.distribution = Some(distribution(component, name));
        }
    } else if let Some((binary, source)) = source_of_another(component) {
        builder.add_source(binary, source);
    } else if let Some(purl) = component.purl.as_deref().filter(|purl| !purl.is_empty()) {
        // cdxgen lists each executable with a purl that only repeats its name.
        if kind == "file" && component.version.is_none() && !purl.contains('@') {
            return;
        }
        builder.add(component.reference.as_deref().unwrap_or(purl), purl, details(component));
    } else if matches!(kind, "library" | "framework") {
        builder.gap(name, "the component has no package URL, so that nothing can be said of it");
    }
}

/// The source package that a component stands for, and the name of the package that was built from it. cdxgen lists the
/// sources of system packages as if they were installed, with the tag `source` and the name of what is installed as the
/// value of the method of its identity.
fn source_of_another(component: &Component<'_>) -> Option<(String, SourcePackage)> {
    let mut is_source = false;
    let tags = component.tags.each(|tag: Written<'_>| {
        is_source |= tag.0 == "source";
        Ok(())
    });
    tags.ok().filter(|()| is_source)?;
    let raw = component.evidence.as_ref()?.identity?.get();
    let identities: Vec<Identity> =
        serde_json::from_str(raw).or_else(|_| serde_json::from_str(raw).map(|one| vec![one])).ok()?;
    let binary = identities.into_iter().flat_map(|identity| identity.methods).find_map(|method| method.value)?;
    let (name, version) = (component.name.clone()?, component.version.clone()?);
    Some((binary, SourcePackage { name, version }))
}

fn distribution(component: &Component<'_>, name: &str) -> Distribution {
    let version = component.version.as_deref();
    let properties = || component.properties.iter().filter_map(Property::pair);
    if let Some(ours) = our_distribution(properties(), version) {
        return ours;
    }
    let mut distribution = Distribution::named(name, version.unwrap_or_default());
    for (name, value) in properties() {
        match name {
            "syft:distro:id" => distribution.id = Distribution::named(value, "").id,
            "syft:distro:prettyName" => distribution.name = value.to_owned(),
            "syft:distro:versionID" => distribution.version = value.to_owned(),
            "syft:distro:versionCodename" => distribution.codename = Some(value.to_owned()),
            "syft:distro:cpeName" => distribution.cpe = Some(value.to_owned()),
            name if name.starts_with("syft:distro:idLike:") => distribution.id_like.push(value.to_owned()),
            _ => {}
        }
    }
    distribution
}

fn details(component: &Component<'_>) -> Details {
    let mut details = Details { written_version: component.version.clone(), ..Details::default() };
    let mut source = SourceParts::default();
    for (name, value) in component.properties.iter().filter_map(Property::pair) {
        if !take_of_package(&mut details, name, value) && !value.is_empty() {
            take_of_others(&mut details, &mut source, name, value);
        }
    }
    if details.is_ours {
        return details;
    }
    details.source = source.join(component.version.as_deref().unwrap_or_default());
    details.licenses = component.licenses.iter().filter_map(license).collect();
    details.development |= component.scope.as_deref() == Some("excluded");
    if let Some(evidence) = &component.evidence {
        details.paths.extend(evidence.occurrences.iter().filter_map(|occurrence| occurrence.location.clone()));
    }
    details.paths.retain(|path| !path.is_empty());
    if component.purl.as_deref().is_some_and(|purl| purl.starts_with("pkg:maven/")) {
        let sha1 = component.hashes.iter().find(|hash| hash.alg.as_deref() == Some("SHA-1"));
        details.sha1 = sha1.and_then(|hash| hash.content.as_ref()).map(|content| content.to_lowercase());
    }
    details
}

/// Properties of other tools: Trivy's and Syft's own, and the CycloneDX property taxonomy's (npm, Maven, NuGet).
fn take_of_others(details: &mut Details, source: &mut SourceParts, name: &str, value: &str) {
    let owned = || Some(value.to_owned());
    match name {
        "aquasecurity:trivy:SrcName" | "syft:metadata:source" | "syft:metadata:originPackage" => source.name = owned(),
        "aquasecurity:trivy:SrcVersion" | "syft:metadata:sourceVersion" => source.version = owned(),
        "aquasecurity:trivy:SrcRelease" => source.release = owned(),
        "aquasecurity:trivy:SrcEpoch" => source.epoch = owned(),
        "syft:metadata:sourceRpm" => source.file = owned(),
        "aquasecurity:trivy:Modularitylabel" | "syft:metadata:modularityLabel" => details.module = owned(),
        "aquasecurity:trivy:FilePath" | "cdx:npm:package:path" | "SrcFile" => details.paths.push(value.to_owned()),
        "cdx:npm:package:development" | "cdx:nuget:development" => details.development |= value == "true",
        "cdx:maven:component_scope" => details.development |= value == "test",
        name if name.starts_with("syft:location:") && name.ends_with(":path") => {
            details.paths.push(value.trim_start_matches('/').to_owned());
        }
        _ => {}
    }
}

/// A source package in the pieces in which tools write it.
#[derive(Default)]
struct SourceParts {
    name: Option<String>,
    epoch: Option<String>,
    version: Option<String>,
    release: Option<String>,
    /// `NAME-VERSION-RELEASE.src.rpm`.
    file: Option<String>,
}

impl SourceParts {
    /// The source package; where only its name is told, it has the version of the package.
    fn join(self, version: &str) -> Option<SourcePackage> {
        let Some(name) = self.name else { return self.file.and_then(|file| source_rpm(&file, version)) };
        let Some(number) = self.version else { return named_source(&name, version) };
        let release = self.release.map(|release| format!("-{release}")).unwrap_or_default();
        let epoch = self.epoch.filter(|epoch| epoch != "0").map(|epoch| format!("{epoch}:")).unwrap_or_default();
        Some(SourcePackage { name, version: format!("{epoch}{number}{release}") })
    }
}

fn license(choice: &LicenseChoice) -> Option<String> {
    choice.expression.clone().or_else(|| {
        let license = choice.license.as_ref()?;
        license.id.clone().or_else(|| license.name.clone())
    })
}
