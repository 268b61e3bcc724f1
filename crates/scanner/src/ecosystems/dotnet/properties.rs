//! Properties of MSBuild as one file sets them (Microsoft, MSBuild properties). Conditions are not evaluated: what is
//! set under one stands beside what was set before.

use std::collections::BTreeMap;

use super::project::has_condition;
use crate::xml::Element;

/// The longest text that properties resolve to, in bytes.
const LONGEST_TEXT: usize = 256;

/// How many values a property may have, and how many texts one with properties may stand for.
const MOST_VALUES: usize = 16;

/// How many properties of a text are resolved.
const MOST_REFERENCES: usize = 8;

/// What the values of a file may have together, in bytes.
const LARGEST_BYTES: usize = 4 << 20;

/// What each value counts for beyond its text, in bytes.
const VALUE_BYTES: usize = 64;

/// The properties that a file has set so far.
pub(super) struct Properties {
    /// By the name in lower case.
    by_name: BTreeMap<String, Property>,
    size_bytes: usize,
    /// How many other files were taken in, which may set any property.
    imports: usize,
}

#[derive(Default)]
struct Property {
    values: Vec<String>,
    /// How many files were taken in before it was last set without a condition; `None` before it was.
    certain_since: Option<usize>,
    /// Whether it has more values than are kept.
    is_cut: bool,
}

impl Properties {
    /// Those that MSBuild itself sets for a file of this name (Microsoft, MSBuild reserved and well-known properties), paths
    /// as they are seen from its folder. Which project a file serves that is none itself, it does not say.
    pub(super) fn of_a_file(name: &str, is_project: bool) -> Properties {
        let (stem, extension) = match name.rfind('.') {
            Some(at) => name.split_at(at),
            None => (name, ""),
        };
        let of_the_file = [
            ("msbuildthisfile", name),
            ("msbuildthisfiledirectory", "./"),
            ("msbuildthisfileextension", extension),
            ("msbuildthisfilefullpath", name),
            ("msbuildthisfilename", stem),
        ];
        let of_the_project = [
            ("msbuildprojectdirectory", "."),
            ("msbuildprojectextension", extension),
            ("msbuildprojectfile", name),
            ("msbuildprojectfullpath", name),
            ("msbuildprojectname", stem),
        ];
        let known = of_the_file.into_iter().chain(of_the_project.into_iter().filter(|_| is_project));
        let by_name = known.map(|(name, value)| {
            let values = vec![value.to_owned()];
            (name.to_owned(), Property { values, certain_since: Some(usize::MAX), is_cut: false })
        });
        Properties { by_name: by_name.collect(), size_bytes: 0, imports: 0 }
    }

    /// Sets a property, under a condition of what it stands in or under its own.
    pub(super) fn set(&mut self, property: &Element, is_conditional: bool) {
        let name = property.name().to_ascii_lowercase();
        let is_default = is_for_the_unset(&name, property.attribute("Condition").unwrap_or_default());
        if is_default && self.by_name.get(&name).is_some_and(Property::is_surely_set) {
            return;
        }
        let text = property.text();
        let mut values = self.expand(text);
        let size_bytes = name.len() + values.iter().map(|value| value.len() + VALUE_BYTES).sum::<usize>();
        if text.len() > LONGEST_TEXT || self.size_bytes + size_bytes > LARGEST_BYTES {
            values = vec![reference(&name)];
        } else {
            self.size_bytes += size_bytes;
        }
        let known = self.by_name.entry(name).or_default();
        if !is_conditional && !has_condition(property) {
            *known = Property { certain_since: Some(self.imports), ..Property::default() };
        }
        for value in values {
            known.add(value);
        }
    }

    /// Notes that another file is taken in here, which may set anew whatever is set so far.
    pub(super) fn note_import(&mut self) {
        self.imports += 1;
    }

    /// All texts that a text may stand for. A property that is not known stays as it is written, and so does, beside
    /// its known values, one that may have others.
    pub(super) fn expand(&self, text: &str) -> Vec<String> {
        let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(end, _)| end);
        let mut rest = &text[..end];
        let mut expanded = vec![String::new()];
        let mut references = 0;
        while let Some((before, behind)) = rest.split_once("$(") {
            append(&mut expanded, before);
            if references < MOST_REFERENCES
                && let Some((name, after)) = behind.split_once(')')
            {
                references += 1;
                expanded = self.with_property(&expanded, name);
                rest = after;
            } else {
                append(&mut expanded, "$(");
                rest = behind;
            }
        }
        append(&mut expanded, rest);
        expanded
    }

    /// Each of the texts with each value of the property behind it.
    fn with_property(&self, begun: &[String], name: &str) -> Vec<String> {
        let written = reference(name);
        let as_written = |begin: &String| format!("{begin}{written}");
        let Some(property) = self.by_name.get(&name.trim().to_ascii_lowercase()) else {
            return begun.iter().map(as_written).collect();
        };
        let is_open = property.is_cut || property.certain_since.unwrap_or(0) < self.imports;
        let mut texts = Vec::new();
        for begin in begun {
            let known = property.values.iter().map(|value| {
                let fits = begin.len() + value.len() <= LONGEST_TEXT;
                if fits { format!("{begin}{value}") } else { as_written(begin) }
            });
            let open = is_open.then(|| as_written(begin));
            let left = MOST_VALUES + 1 - texts.len();
            texts.extend(known.chain(open).take(left));
        }
        if texts.len() > MOST_VALUES {
            texts.pop();
            texts.extend(begun.first().map(as_written));
        }
        texts
    }
}

impl Property {
    fn add(&mut self, value: String) {
        if self.values.contains(&value) {
            return;
        }
        if self.values.len() < MOST_VALUES {
            self.values.push(value);
        } else {
            self.is_cut = true;
        }
    }

    /// Whether it has a value in every build, so that what is set only where it has none is never taken.
    fn is_surely_set(&self) -> bool {
        let is_a_value = |value: &String| !value.is_empty() && !value.contains("$(");
        self.certain_since.is_some() && !self.values.is_empty() && self.values.iter().all(is_a_value)
    }
}

/// Whether a condition asks for the property itself to have no value: `'$(V)' == ''`.
fn is_for_the_unset(name: &str, condition: &str) -> bool {
    let plain: String = condition.chars().filter(|letter| !letter.is_whitespace() && *letter != '\'').collect();
    plain.to_ascii_lowercase() == format!("$({name})==")
}

fn reference(name: &str) -> String {
    format!("$({name})")
}

fn append(texts: &mut [String], end: &str) {
    texts.iter_mut().for_each(|text| text.push_str(end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml;

    /// What a text stands for after a group of properties.
    fn check(group: &str, text: &str, expected: &[&str]) {
        let group = xml::parse(format!("<PropertyGroup>{group}</PropertyGroup>").as_bytes()).unwrap();
        let mut properties = Properties::of_a_file("App.Web.csproj", true);
        for property in group.children() {
            match property.name() {
                "Import" => properties.note_import(),
                _ => properties.set(property, false),
            }
        }
        assert_eq!(properties.expand(text), expected, "{text}");
    }

    #[test]
    fn a_value_under_a_condition_stands_beside_the_one_before() {
        check("<V>1</V><V Condition='c'>2</V>", "$(V)", &["1", "2"]);
        check("<V Condition='c'>1</V><V Condition='d'>2</V>", "[$(v)]", &["[1]", "[2]"]);
        check("<V>1</V><V Condition='c'>2</V><V>3</V>", "$(V)", &["3"]);
        check("<V Condition=''>1</V><V>2</V>", "$(V)", &["2"]);
    }

    #[test]
    fn a_default_is_taken_only_where_there_is_no_value() {
        check("<V>1</V><V Condition=\"'$(v)' == ''\">2</V>", "$(V)", &["1"]);
        check("<V></V><V Condition=\"'$(V)'==''\">2</V>", "$(V)", &["", "2"]);
        check("<V Condition=\"$(V) == ''\">2</V>", "$(V)", &["2"]);
        check("<V Condition='c'>1</V><V Condition=\"'$(V)' == ''\">2</V>", "$(V)", &["1", "2"]);
    }

    #[test]
    fn values_are_those_at_the_place_where_they_are_used() {
        check("<V>1</V><W>$(V).0</W><V>2</V>", "$(W) $(V)", &["1.0 2"]);
        check("<V>1</V><V>$(V)-beta</V>", "$(V)", &["1-beta"]);
        check("<A>$(B)</A><B>$(A)</B>", "$(A)", &["$(B)"]);
        check("", "$(MSBuildThisFileDirectory)a $([F]::G($(V))) $(", &["./a $([F]::G($(V))) $("]);
    }

    #[test]
    fn msbuild_itself_sets_where_files_and_projects_are() {
        check(
            "<Import/>",
            "$(MSBuildProjectDirectory) $(MSBuildProjectFile) $(MSBuildProjectName) $(MSBuildProjectExtension) \
             $(MSBuildProjectFullPath)",
            &[". App.Web.csproj App.Web .csproj App.Web.csproj"],
        );
        check(
            "",
            "$(MSBuildThisFileDirectory) $(MSBuildThisFile) $(MSBuildThisFileName) $(MSBuildThisFileExtension) \
             $(msbuildthisfilefullpath)",
            &["./ App.Web.csproj App.Web .csproj App.Web.csproj"],
        );
        check("", "$(MSBuildStartupDirectory)", &["$(MSBuildStartupDirectory)"]);
        let part = Properties::of_a_file("Directory.Build.props", false);
        let text = "$(MSBuildThisFileName) $(MSBuildProjectName)";
        assert_eq!(part.expand(text), ["Directory.Build $(MSBuildProjectName)"]);
    }

    #[test]
    fn a_file_that_is_taken_in_may_set_what_was_set_before() {
        check("<V>1</V><Import/><W>2</W>", "$(V)", &["1", "$(V)"]);
        check("<V>1</V><Import/><W>2</W>", "$(W)", &["2"]);
        check("<Import/><V Condition=\"'$(V)' == ''\">1</V>", "$(V)", &["1", "$(V)"]);
        check("<Import/>", "$(MSBuildThisFileDirectory)", &["./"]);
    }

    #[test]
    fn values_beyond_the_limits_stay_as_they_are_written() {
        let many: String = (0..20).map(|at| format!("<V Condition='c'>{at}</V>")).collect();
        let group = xml::parse(format!("<PropertyGroup>{many}</PropertyGroup>").as_bytes()).unwrap();
        let mut properties = Properties::of_a_file("a.props", false);
        group.children().iter().for_each(|property| properties.set(property, false));
        let expanded = properties.expand("$(V)$(V)");
        assert_eq!((expanded.len(), expanded.last().unwrap().as_str()), (MOST_VALUES + 1, "0$(V)"));
        assert!(properties.expand("$(V)").contains(&"$(V)".to_owned()));
        check(&format!("<V>{}</V>", "1".repeat(LONGEST_TEXT + 1)), "$(V)", &["$(v)"]);
        check(&format!("<V>{}</V>", "1".repeat(200)), "$(V)$(V)", &[&format!("{}$(V)", "1".repeat(200))]);
        check("<V>1</V>", &"$(V)".repeat(MOST_REFERENCES + 1), &[&format!("{}$(V)", "1".repeat(MOST_REFERENCES))]);
    }
}
