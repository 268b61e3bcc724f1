//! What a target is told: events, each with its sentence from the catalogs, in the words of a template where there is one.

use std::collections::BTreeMap;

use api::Moment;
use formats::Language;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use model::Parameter;
use serde::Serialize;
use store::events::Event;

/// The longest template, in bytes.
pub(crate) const LONGEST_TEMPLATE_BYTES: usize = 16 << 10;

/// How many steps a template may take.
const MOST_STEPS: u64 = 200_000;

/// The longest text that a template may make, in bytes.
const LONGEST_TEXT_BYTES: usize = 256 << 10;

/// How many events a text names; the rest is counted.
const MOST_NAMED: usize = 20;

/// A message to a target.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Message {
    /// One line.
    pub(crate) subject: String,
    /// All that a person reads.
    pub(crate) text: String,
    /// How many events it tells.
    pub(crate) count: usize,
    /// The events.
    pub(crate) events: Vec<Told>,
}

/// An event with its sentence.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Told {
    pub(crate) id: i64,
    at: String,
    topic: String,
    object: String,
    object_id: String,
    parameters: serde_json::Map<String, serde_json::Value>,
    text: String,
}

impl Message {
    /// What is said of events, in a language.
    pub(crate) fn of(events: &[Event], language: &str) -> Message {
        let language = spoken(language);
        let events: Vec<Told> = events.iter().map(|event| told(event, language)).collect();
        let subject = match &events[..] {
            [one] => one.text.clone(),
            many => {
                let mut topics: Vec<&str> = many.iter().map(|event| event.topic.as_str()).collect();
                topics.sort_unstable();
                topics.dedup();
                let parameters =
                    [("count", Parameter::Count(many.len() as u64)), ("topics", Parameter::Text(topics.join(", ")))];
                say(language, "notify.digest", parameters)
            }
        };
        let mut lines: Vec<String> = events.iter().take(MOST_NAMED).map(|event| event.text.clone()).collect();
        if events.len() > 1 {
            lines.insert(0, subject.clone());
        }
        if let Some(more) = events.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            lines.push(say(language, "notify.more", [("count", Parameter::Count(more as u64))]));
        }
        Message { subject, text: lines.join("\n"), count: events.len(), events }
    }

    /// A message that tells nothing but that it arrives.
    pub(crate) fn test(language: &str) -> Message {
        let text = say(spoken(language), "notify.test", []);
        Message { subject: text.clone(), text, count: 0, events: Vec::new() }
    }

    /// The text in the words of a template, or as it is.
    pub(crate) fn worded(&self, template: Option<&str>) -> Result<String, String> {
        let Some(template) = template else { return Ok(self.text.clone()) };
        let environment = environment();
        let text = environment.render_str(template, Value::from(Serde(self))).map_err(|error| error.to_string())?;
        match text.len() <= LONGEST_TEXT_BYTES {
            true => Ok(text),
            false => Err(format!("the template makes more than {LONGEST_TEXT_BYTES} bytes")),
        }
    }
}

/// Whether a template can be used; tells what is wrong with it, and where.
pub(crate) fn check_template(template: &str) -> Result<(), String> {
    if template.len() > LONGEST_TEMPLATE_BYTES {
        return Err(format!("it is longer than {LONGEST_TEMPLATE_BYTES} bytes"));
    }
    Message::test("en").worded(Some(template)).map(|_| ())
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(MOST_STEPS));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment
}

/// A value as its sentence has it: words of decisions, causes and kinds are those of the language, times are written out, and
/// why something failed is a sentence of its own.
fn worded(language: Language, name: &str, value: &serde_json::Value) -> Parameter {
    if let ("failure", Some(code)) = (name, value["code"].as_str()) {
        return Parameter::Text(cause(language, code, &value["parameters"]));
    }
    let word = value.as_str().filter(|_| matches!(name, "from" | "to" | "cause" | "kind"));
    if let Some(word) = word {
        let code = format!("event.word.{word}");
        let text = say(language, &code, []);
        if text != code {
            return Parameter::Text(text);
        }
    }
    match (name, value.as_i64()) {
        ("ends", Some(time)) => Parameter::Text(Moment(time).text()),
        _ => parameter(value),
    }
}

/// The sentence of a cause: its code, or that of the problem that it is. Where it wants values that are not told, the code.
fn cause(language: Language, code: &str, parameters: &serde_json::Value) -> String {
    let parameters = parameters.as_object().into_iter().flatten();
    let parameters: BTreeMap<String, Parameter> =
        parameters.map(|(name, value)| (name.clone(), parameter(value))).collect();
    let said = [code.to_owned(), format!("problem.{code}")].into_iter().find_map(|code| {
        let text = formats::say(language, &code, &parameters);
        (text != code && !text.contains('{')).then_some(text)
    });
    said.unwrap_or_else(|| code.to_owned())
}

fn told(event: &Event, language: Language) -> Told {
    let parameters = event.parameters.iter().map(|(name, value)| (name.clone(), worded(language, name, value)));
    let code = format!("event.{}", event.topic);
    let mut text = formats::say(language, &code, &parameters.collect());
    if text == code {
        let parameters = [
            ("topic", Parameter::Text(event.topic.clone())),
            ("object", Parameter::Text(event.object.clone())),
            ("id", Parameter::Text(event.object_id.clone())),
        ];
        text = say(language, "notify.event", parameters);
    }
    Told {
        id: event.id,
        at: Moment(event.at).text(),
        topic: event.topic.clone(),
        object: event.object.clone(),
        object_id: event.object_id.clone(),
        parameters: event.parameters.clone(),
        text,
    }
}

fn parameter(value: &serde_json::Value) -> Parameter {
    match value {
        serde_json::Value::String(text) => Parameter::Text(text.clone()),
        serde_json::Value::Number(number) => match number.as_u64() {
            Some(count) => Parameter::Count(count),
            None => Parameter::Number(number.as_f64().unwrap_or_default()),
        },
        other => Parameter::Text(other.to_string()),
    }
}

fn say<const N: usize>(language: Language, code: &str, parameters: [(&str, Parameter); N]) -> String {
    let parameters: BTreeMap<String, Parameter> =
        parameters.into_iter().map(|(name, parameter)| (name.to_owned(), parameter)).collect();
    formats::say(language, code, &parameters)
}

fn spoken(language: &str) -> Language {
    match language {
        "ja" => Language::Japanese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(count: usize) -> Vec<Event> {
        let event = |number: usize| Event {
            id: number as i64,
            at: 0,
            topic: "image.verdict".into(),
            object: "image".into(),
            object_id: format!("sha256:{number}"),
            parameters: serde_json::Map::new(),
        };
        (1..=count).map(event).collect()
    }

    #[test]
    fn a_thousand_events_are_one_message_that_counts_them() {
        let message = Message::of(&events(1000), "en");
        assert_eq!(message.subject, "1000 events: image.verdict");
        assert_eq!(message.text.lines().count(), 1 + MOST_NAMED + 1);
        assert!(message.text.ends_with("980 more"), "{}", message.text);
        assert_eq!(Message::of(&events(1), "en").subject, "image.verdict: image sha256:1");
    }

    #[test]
    fn messages_speak_the_language_of_their_target() {
        assert_ne!(Message::test("ja").text, Message::test("en").text);
        assert!(!Message::of(&events(3), "ja").text.contains("notify."));
    }

    #[test]
    fn templates_word_a_message_within_bounds() {
        let message = Message::of(&events(2), "en");
        let template = "{% for event in events %}{{ event.object_id }};{% endfor %}{{ count }}";
        assert_eq!(message.worded(Some(template)).unwrap(), "sha256:1;sha256:2;2");
        assert_eq!(
            message.worded(Some("{{ {\"text\": subject} | tojson }}")).unwrap(),
            "{\"text\": \"2 events: image.verdict\"}"
        );
        assert!(check_template("{{ events").is_err());
        assert!(
            check_template("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}").is_err()
        );
        assert!(check_template(&"x".repeat(LONGEST_TEMPLATE_BYTES + 1)).is_err());
    }

    #[test]
    fn every_topic_problem_and_cause_has_words_in_both_languages() {
        let mut codes: Vec<String> = store::events::TOPICS.iter().map(|topic| format!("event.{topic}")).collect();
        codes.extend(api::ProblemCode::ALL.iter().map(|code| format!("problem.{}", code.as_str())));
        codes.extend(store::images::DECISIONS.iter().map(|word| format!("event.word.{word}")));
        codes.extend(store::images::Removal::ALL.iter().map(|cause| format!("event.word.{}", cause.as_str())));
        codes.extend(store::jobs::KINDS.iter().map(|kind| format!("event.word.{kind}")));
        let mut causes = 0;
        // Wherever a cause is made, its code stands in the source as a text.
        let sources = [
            include_str!("../routes/health.rs"),
            include_str!("../clouds.rs"),
            include_str!("../assurance/intelligence_file.rs"),
            include_str!("../assurance/intelligence_update.rs"),
            include_str!("../registries.rs"),
            include_str!("../registries/listing.rs"),
            include_str!("../../../cli/src/worker/causes.rs"),
            include_str!("../../../cli/src/worker/image.rs"),
            include_str!("../../../cli/src/worker/listing.rs"),
            include_str!("../../../cli/src/worker/lists.rs"),
            include_str!("../../../cli/src/worker/registry.rs"),
        ];
        for part in sources.iter().flat_map(|source| source.split('"')) {
            let families = ["health.", "intelligence.", "registry.", "job.", "worker.", "image."];
            let is_code = families.iter().any(|family| part.starts_with(family))
                && part.chars().all(|letter| letter.is_ascii_lowercase() || matches!(letter, '.' | '_'));
            if is_code {
                codes.push(part.to_owned());
                causes += 1;
            }
        }
        assert!(causes > 40, "{causes}");
        for language in [Language::English, Language::Japanese] {
            for code in &codes {
                assert_ne!(say(language, code, []), *code, "it has no words");
            }
        }
    }

    #[test]
    fn a_job_that_failed_is_told_with_its_reason() {
        let failure = serde_json::json!({ "code": "registry.status", "parameters": { "status": 500 } });
        let parameters = serde_json::json!({ "kind": "scan", "name": "shop/api:1", "by": "bob", "failure": failure });
        let event = Event {
            id: 1,
            at: 0,
            topic: "job.failed".into(),
            object: "job".into(),
            object_id: "1".into(),
            parameters: parameters.as_object().unwrap().clone(),
        };
        let text = |language: &str| Message::of(std::slice::from_ref(&event), language).text;
        assert_eq!(text("en"), "A job failed (scan): shop/api:1. The registry answered with status 500.");
        assert_eq!(text("ja"), "ジョブ(スキャン)が失敗しました: shop/api:1。レジストリがステータス500を返しました。");
        let told = |code: &str| cause(Language::English, code, &serde_json::json!({}));
        assert_eq!(told("access.forbidden"), "access.forbidden", "its sentence names a permission that is not told");
        assert_eq!(told("server.timeout"), formats::say(Language::English, "problem.server.timeout", &BTreeMap::new()));
    }

    #[test]
    fn a_verdict_that_changed_is_told_in_the_words_of_the_reader() {
        let parameters =
            serde_json::json!({ "name": "shop/api:1", "from": "allow", "to": "deny", "cause": "intelligence" });
        let event = Event {
            id: 1,
            at: 0,
            topic: "verdict.changed".into(),
            object: "image".into(),
            object_id: "sha256:1".into(),
            parameters: parameters.as_object().unwrap().clone(),
        };
        let text = |language: &str| Message::of(std::slice::from_ref(&event), language).text;
        assert_eq!(text("en"), "shop/api:1 was allowed and is denied now (new intelligence).");
        assert_eq!(
            text("ja"),
            "shop/api:1の判定が「許可」から「拒否」に変わりました(サイバーインテリジェンスの更新)。"
        );
    }
}
