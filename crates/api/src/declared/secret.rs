//! Where secrets are read from: files name a source, never the secret.

use serde_json::{Map, Value};

use super::kind::at;
use crate::registries::RegistryCredential;
use crate::shape::{Misshapen, Shape, inner};

/// Where a secret is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable: `env:NAME`.
    Variable(String),
    /// A file, from the folder of the declaration: `file:PATH`.
    File(String),
}

impl SecretSource {
    fn read(place: &str, value: &Value) -> Result<SecretSource, Misshapen> {
        let text = value.as_str().unwrap_or_default();
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(SecretSource::Variable(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(SecretSource::File(path.to_owned())),
            _ => Err(at(place, format!("`{place}` must be `env:NAME` or `file:PATH`, where the secret is read from"))),
        }
    }
}

/// The secrets of an object, as its file tells them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Secrets {
    /// The credential: its type and plain parts, and where its secret parts come from.
    pub(super) credential: Option<Credential>,
    /// Where the secret of messages comes from.
    pub(super) hook_secret: Option<SecretSource>,
    /// Where the secret of an integration comes from.
    pub(super) secret: Option<SecretSource>,
}

/// A credential without its secret parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Credential {
    pub(super) kind: String,
    plain: Map<String, Value>,
    from: Vec<(String, SecretSource)>,
}

impl Credential {
    /// Whether the file tells all of it, and not only that there is one.
    pub(super) fn is_given(&self) -> bool {
        self.kind == "none" || !self.from.is_empty() || self.plain.len() > 1
    }
}

const FROM: &str = "_from";

/// Takes the secret out of an integration's file.
pub(super) fn take_of_integration(object: &mut Map<String, Value>) -> Result<Secrets, Misshapen> {
    if object.contains_key("secret") {
        return Err(stands_in_file("secret"));
    }
    let source = object.remove("secret_from");
    let secret = source.map(|value| SecretSource::read("secret_from", &value)).transpose()?;
    Ok(Secrets { secret, ..Secrets::default() })
}

/// Takes the secrets out of a registry's file.
pub(super) fn take(object: &mut Map<String, Value>) -> Result<Secrets, Misshapen> {
    let mut secrets = Secrets::default();
    if object.contains_key("hook_secret") {
        return Err(stands_in_file("hook_secret"));
    }
    if let Some(value) = object.remove("hook_secret_from") {
        secrets.hook_secret = Some(SecretSource::read("hook_secret_from", &value)?);
    }
    let Some(value) = object.remove("credential") else { return Ok(secrets) };
    let Value::Object(given) = value else {
        return Err(at("credential", "`credential` must be a map with `type`".to_owned()));
    };
    let (mut plain, mut from) = (Map::new(), Vec::new());
    for (key, value) in given {
        let place = inner("credential", &key);
        match key.strip_suffix(FROM) {
            Some(own) => from.push((own.to_owned(), SecretSource::read(&place, &value)?)),
            None if is_secret(&key) => return Err(stands_in_file(&place)),
            None => drop(plain.insert(key, value)),
        }
    }
    // The shape is that of the whole: secret parts count as any text.
    let mut whole = plain.clone();
    whole.extend(from.iter().map(|(key, _)| (key.clone(), Value::from("secret"))));
    let credential =
        Credential { kind: plain.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(), plain, from };
    let checked = Shape::of::<RegistryCredential>().check(&Value::Object(whole));
    match checked {
        // An export tells the type alone.
        Err(wrong) if credential.is_given() || !wrong.problem.ends_with("is missing") || credential.kind.is_empty() => {
            let place =
                if wrong.place.is_empty() { "credential".to_owned() } else { inner("credential", &wrong.place) };
            Err(at(&place, format!("credential: {}", wrong.problem)))
        }
        _ => {
            secrets.credential = Some(credential);
            Ok(secrets)
        }
    }
}

fn is_secret(key: &str) -> bool {
    let named = ["password", "token", "secret", "private", "key_file", "json_key"];
    // The id of a key is none: `access_key_id`.
    named.iter().any(|word| key.contains(word)) && !key.ends_with("_id") && !key.ends_with("_url")
}

fn stands_in_file(place: &str) -> Misshapen {
    let problem = format!("`{place}` would be a secret in a file; write `{place}_from: env:NAME` or `file:PATH`");
    at(place, problem)
}

/// The credential with its secret parts, for the request.
pub(super) fn resolve(
    credential: &Credential,
    read: &mut dyn FnMut(&SecretSource) -> Result<String, String>,
) -> Result<Value, String> {
    let mut whole = credential.plain.clone();
    for (key, source) in &credential.from {
        whole.insert(key.clone(), read(source)?.into());
    }
    Ok(Value::Object(whole))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(value: Value) -> Result<Secrets, String> {
        let Value::Object(mut map) = value else { panic!("a map") };
        take(&mut map).map_err(|wrong| format!("{}: {}", wrong.place, wrong.problem))
    }

    #[test]
    fn a_secret_in_a_file_is_refused_and_a_source_is_read() {
        let error = taken(json!({ "credential": { "type": "password", "user": "u", "password": "hunter2" } }));
        let error = error.unwrap_err();
        assert!(error.starts_with("credential.password: `credential.password` would be a secret"), "{error}");
        assert!(!error.contains("hunter2"));
        let secrets = taken(json!({ "credential": { "type": "password", "user": "u", "password_from": "env:P" } }));
        let credential = secrets.unwrap().credential.unwrap();
        let mut read = |source: &SecretSource| match source {
            SecretSource::Variable(name) if name == "P" => Ok("hunter2".to_owned()),
            other => Err(format!("{other:?}")),
        };
        assert_eq!(
            resolve(&credential, &mut read).unwrap(),
            json!({ "type": "password", "user": "u", "password": "hunter2" })
        );
        assert!(
            taken(json!({ "credential": { "type": "password", "user": "u", "password_from": "hunter2" } })).is_err()
        );
        assert!(taken(json!({ "hook_secret": "0123456789abcdef" })).is_err());
    }

    #[test]
    fn the_type_alone_is_what_an_export_tells() {
        assert!(!taken(json!({ "credential": { "type": "password" } })).unwrap().credential.unwrap().is_given());
        assert!(taken(json!({ "credential": { "type": "pasword" } })).unwrap_err().contains("nearest is `password`"));
        assert!(taken(json!({ "credential": { "type": "password", "usr": "u" } })).unwrap_err().contains("`user`"));
        assert!(taken(json!({ "credential": {} })).is_err());
    }
}
