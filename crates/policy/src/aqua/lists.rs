//! Keys that hold lists: of ids, licenses, packages, labels, bases and checks. An entry that says too little is told, and
//! the others count.

use serde_json::{Map, Value, json};

use super::{Import, is_nothing};
use crate::Pattern;
use crate::check::{is_license, nearest_license};
use crate::version_range::VersionRange;

impl Import<'_> {
    pub(super) fn lists(&mut self) {
        for (switch, list, control, key) in [
            ("cves_black_list_enabled", "cves_black_list", "cve.deny", "ids"),
            ("cves_white_list_enabled", "cves_white_list", "cve.allow", "ids"),
            ("blacklisted_licenses_enabled", "blacklisted_licenses", "license.deny", "names"),
            ("whitelisted_licenses_enabled", "whitelisted_licenses", "license.allow", "names"),
        ] {
            let texts = self.texts(list);
            if texts.is_empty() || !self.is_on(switch, list) {
                self.off(&[switch, list]);
                continue;
            }
            let mut members = Map::new();
            members.insert(key.into(), json!(texts));
            match control {
                "cve.allow" => {
                    members.insert("reason".into(), json!("on the allow list of the imported policy"));
                }
                "license.allow" => {
                    members.insert("undeclared".into(), json!("pass"));
                }
                _ => {}
            }
            self.control(control, members);
            self.mapped(&[switch, list], control);
            if key == "names" {
                let unknown = texts.iter().enumerate().filter(|(_, name)| !is_license(&Pattern::new(name.as_str())));
                unknown.for_each(|(at, name)| {
                    self.tell(
                        &format!("{list}[{at}]"),
                        "import.no_license",
                        format!("{name} ({})", nearest_license(name)),
                    );
                });
            }
        }
        self.packages();
        for (switch, list, control) in [
            ("required_labels_enabled", "required_labels", "label.require"),
            ("forbidden_labels_enabled", "forbidden_labels", "label.forbid"),
        ] {
            let labels = self.objects(list);
            let label = |label: &&Map<String, Value>| {
                let key = label.get("key").and_then(Value::as_str).filter(|key| !key.is_empty())?;
                let value = label.get("value").and_then(Value::as_str).filter(|value| !value.is_empty());
                Some(match value {
                    Some(value) => json!({ "key": key, "value": value }),
                    None => json!({ "key": key }),
                })
            };
            let labels: Vec<Option<Value>> = labels.iter().map(label).collect();
            for (at, _) in labels.iter().enumerate().filter(|(_, label)| label.is_none()) {
                self.tell(&format!("{list}[{at}]"), "import.incomplete", "key");
            }
            let mapped: Vec<Value> = labels.into_iter().flatten().collect();
            if mapped.is_empty() || !self.is_on(switch, list) {
                self.off(&[switch, list]);
                continue;
            }
            self.control(control, Map::from_iter([("labels".to_owned(), json!(mapped))]));
            self.mapped(&[switch, list], control);
        }
    }

    fn packages(&mut self) {
        let (switch, list) = ("packages_black_list_enabled", "packages_black_list");
        let mut packages = Vec::new();
        for (at, package) in self.objects(list).into_iter().enumerate() {
            let field = |key: &str| package.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            let Some(name) = field("name") else {
                self.tell(&format!("{list}[{at}]"), "import.incomplete", "name");
                continue;
            };
            let mut mapped = json!({ "name": name });
            if let Some(range) = field("version_range") {
                match range.parse::<VersionRange>() {
                    Ok(_) => mapped["version"] = json!(range),
                    Err(_) => self.tell(&format!("{list}[{at}].version_range"), "import.wider", range),
                }
                for key in ["version", "epoch", "release"] {
                    if let Some(value) = field(key) {
                        self.tell(&format!("{list}[{at}].{key}"), "import.wider", value);
                    }
                }
            } else if let Some(version) = field("version") {
                let epoch =
                    field("epoch").filter(|epoch| *epoch != "0").map(|epoch| format!("{epoch}:")).unwrap_or_default();
                // A version of a distribution has the release of its package behind it.
                let release = match field("release") {
                    Some(release) => format!("-{release}"),
                    None if version.contains('-') => String::new(),
                    None => "-*".to_owned(),
                };
                mapped["version"] = json!(format!("={epoch}{version}{release}"));
                if release == "-*" {
                    self.tell(&format!("{list}[{at}].version"), "import.any_release", version);
                }
            }
            for key in ["arch", "format", "license"] {
                if let Some(value) = field(key) {
                    self.tell(&format!("{list}[{at}].{key}"), "import.wider", value);
                }
            }
            packages.push(mapped);
        }
        if packages.is_empty() || !self.is_on(switch, list) {
            self.off(&[switch, list]);
            return;
        }
        self.control("package.deny", Map::from_iter([("packages".to_owned(), json!(packages))]));
        self.mapped(&[switch, list], "package.deny");
    }

    pub(super) fn bases(&mut self) {
        let (switch, list) = ("trusted_base_images_enabled", "trusted_base_images");
        let bases = self.objects(list);
        if self.is_on(switch, list) {
            let name = |base: &&Map<String, Value>| base.get("imagename").and_then(Value::as_str).map(str::to_owned);
            let names: Vec<String> = bases.iter().filter_map(name).filter(|name| !name.is_empty()).collect();
            let members = match names.is_empty() {
                true => Map::new(),
                false => Map::from_iter([("names".to_owned(), json!(names))]),
            };
            self.control("base.approved", members);
            self.mapped(&[switch, list], "base.approved");
            for (at, base) in bases.iter().enumerate() {
                if base.get("imagename").is_none_or(is_nothing) {
                    self.tell(&format!("{list}[{at}]"), "import.incomplete", "imagename");
                }
                if base.get("registry").is_some_and(|registry| !is_nothing(registry)) {
                    self.tell(&format!("{list}[{at}].registry"), "import.unsure", "");
                }
            }
        } else {
            self.off(&[switch, list]);
        }
    }

    pub(super) fn kubernetes(&mut self) {
        let mut ids = self.texts("kubernetes_controls_avd_ids");
        let list_has_ids = !ids.is_empty();
        let mut controls_have_ids = false;
        let mut is_incomplete = false;
        for (at, control) in self.objects("kubernetes_controls").into_iter().enumerate() {
            if control.get("enabled").and_then(Value::as_bool) == Some(false) {
                continue;
            }
            match control.get("avd_id").and_then(Value::as_str).filter(|id| !id.is_empty()) {
                Some(id) => {
                    ids.push(id.to_owned());
                    controls_have_ids = true;
                }
                None => {
                    is_incomplete = true;
                    self.tell(&format!("kubernetes_controls[{at}]"), "import.incomplete", "avd_id");
                }
            }
        }
        for (key, has_ids) in
            [("kubernetes_controls_avd_ids", list_has_ids), ("kubernetes_controls", controls_have_ids)]
        {
            match has_ids {
                true => self.mapped(&[key], "misconfiguration.id"),
                false if key == "kubernetes_controls" && is_incomplete => {}
                false => self.off(&[key]),
            }
        }
        if !ids.is_empty() {
            self.control("misconfiguration.id", Map::from_iter([("ids".to_owned(), json!(ids))]));
        }
    }
}
