//! What the parsers of lists say of broken ones has Japanese.

use std::collections::BTreeMap;

use model::PhraseBook;
use serde::Deserialize;
use test_support::{broken, english_left};

use crate::wanted_file::ReadFileError;
use crate::{toml, xml, yaml};

/// At so many places each text is broken.
const PLACES: usize = 40;

/// A list of the shapes that lists have.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "list")]
    _list: Vec<String>,
    #[serde(rename = "map")]
    _map: BTreeMap<String, Pin>,
    #[serde(rename = "flag")]
    _flag: Option<bool>,
}

#[derive(Deserialize)]
struct Pin {
    #[serde(rename = "version")]
    _version: String,
    #[serde(rename = "dependencies")]
    _dependencies: Option<Vec<String>>,
}

const YAML: &str = "version: 9\nname: a\nlist: [b, 'c']\nmap:\n  d: {version: \"1.0\", dependencies: [e]}\n  f: &g\n    version: '2'\n  h: *g\n  i:\n    <<: *g\nflag: true\n";
const JSON: &str = "{\"version\": 9, \"name\": \"a\\u00e9\\n\", \"list\": [\"b\"], \"map\": {\"d\": {\"version\": \"1\", \"dependencies\": [\"e\"]}}, \"flag\": true}";
const TOML: &str = "# c\nversion = 9\nname = \"a\\u00e9\"\nlist = ['b', \"\"\"c\nd\"\"\"]\nflag = true\n[map.d]\nversion = '1'\ndependencies = [\"e\", ]\n[map]\ng = { version = \"1\", dependencies = [] }\n[[x]]\ny = 1979-05-27T07:32:00Z\nz = 0x1f\nw = 1e3\n";
const XML: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE a [<!ENTITY b \"c\">]>\n<!-- d -->\n<Project Sdk=\"e\"><ItemGroup f='g'><h>&b;&#65;</h><i/></ItemGroup><![CDATA[j]]></Project>\n";

#[test]
fn what_is_wrong_with_a_list_is_told_in_japanese() {
    let words: serde_json::Value =
        serde_json::from_str(include_str!("../../../content/messages/found.ja.json")).unwrap();
    let pairs = words["gaps"].as_object().unwrap();
    let book = PhraseBook::new(pairs.iter().map(|(english, japanese)| (english.as_str(), japanese.as_str().unwrap())));
    let mut unsaid = BTreeMap::new();
    let mut asked = 0;
    let mut look_at = |error: Option<ReadFileError>| {
        let Some(reason) = error.map(|error| error.to_string()) else { return };
        asked += 1;
        let said = PhraseBook::translate(&[&book], &reason).unwrap_or_else(|| reason.clone());
        if let Some(english) = english_left(&said) {
            unsaid.entry(english).or_insert(format!("{reason} → {said}"));
        }
    };
    for text in broken(YAML, PLACES) {
        look_at(yaml::parse::<Listed>(&text).err());
    }
    for text in broken(JSON, PLACES) {
        let error = serde_json::from_str::<Listed>(&text).err();
        look_at(error.map(|error| ReadFileError::malformed("package-lock.json", error)));
    }
    for text in broken(TOML, PLACES) {
        look_at(toml::parse::<Listed>("poetry.lock", &text).err());
    }
    for text in broken(XML, PLACES) {
        look_at(xml::parse(text.as_bytes()).err());
    }
    look_at(yaml::parse::<Listed>(&"[".repeat(1000)).err());
    look_at(yaml::parse::<Listed>(&format!("a0: &a0 [x]\n{}", "b: [*a0]\n".repeat(20))).err());
    assert!(asked > 1000, "only {asked} reasons were seen");
    let unsaid: Vec<String> = unsaid.into_values().collect();
    assert!(unsaid.is_empty(), "content/messages/found.ja.json does not say: {unsaid:#?}");
}
