//! Whether a value may be a secret at all, where nothing but the name it is given to says so.

use crate::foreign;
use crate::place::{PlaceFacts, Syntax};

/// Shannon's entropy of the bytes, in bits a byte.
pub(crate) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    counts.iter().filter(|count| **count > 0).fold(0.0, |sum, &count| {
        let share = f64::from(count) / length;
        sum - share * share.log2()
    })
}

/// Words that only a stand-in contains, in lower case.
const STAND_INS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "change-this",
    "change_this",
    "changeit",
    "placeholder",
    "your-",
    "your_",
    "yourpass",
    "yoursecret",
    "yourtoken",
    "yourkey",
    "yourapi",
    "dummy",
    "redacted",
    "xxxx",
    "****",
    "....",
    "####",
    "____",
    "????",
    "replace",
    "insert",
    "todo",
    "fixme",
    "notreal",
    "not-real",
    "not_real",
    "fake",
    "-here",
    "_here",
    "goeshere",
    "undefined",
    "sanitized",
    "bogus",
    "notasecret",
    "not-a-secret",
    "not_a_secret",
    "mysecret-",
    "some-secret",
    "some_secret",
    "somesecret",
    "secretvalue",
    "secret-value",
    "secret_value",
    "to-be-",
    "to_be_",
    "generateme",
    "enter-",
    "enter_",
    "put-",
    "put_",
    "loremipsum",
];

/// What people type who need any value: it opens something only where it is in force.
const IDLE_WORDS: &[&str] = &[
    "0123456789",
    "1234567890",
    "12345678",
    "abcdefgh",
    "abcd1234",
    "abc123",
    "00000000",
    "aaaaaaaa",
    "11111111",
    "ffffffff",
    "deadbeef",
    "foobar",
    "asdf",
    "qwerty",
    "mypassword",
    "my-password",
    "my_password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "a-secret",
    "sample",
    "hidden",
    "removed",
    "masked",
    "localhost",
    "lorem",
];

/// Values that stand for "nothing", for a kind or for the name itself, in lower case.
const EMPTY_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "pass",
    "pwd",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "none",
    "null",
    "nil",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "string",
    "str",
    "text",
    "bytes",
    "optional",
    "required",
    "default",
    "disabled",
    "enabled",
    "disable",
    "enable",
    "empty",
    "unset",
    "auto",
    "prompt",
    "ask",
    "env",
    "file",
    "basic",
    "bearer",
    "user",
    "username",
    "test",
    "testing",
    "value",
    "number",
    "integer",
    "boolean",
    "object",
    "credentials",
    "access",
    "client_secret",
    "public",
    "private",
    "admin_password",
    "invalid",
    "wrong",
    "incorrect",
    "secure",
    "shared",
    "random",
    "plain",
    "plaintext",
    "encrypted",
    "hash",
    "argon2",
    "argon2i",
    "argon2id",
    "bcrypt",
    "scrypt",
    "pbkdf2",
    "md5crypt",
    "sha512crypt",
    "unknown",
    "any",
    "all",
    "never",
    "always",
];

/// Whether a value only shows where one belongs: `changeme`, `${PASSWORD}`, `<token>`, `xxxx`.
pub(crate) fn is_stand_in(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { foreign::folded(text).to_lowercase() };
    let text = lower.trim();
    is_reference(text)
        || is_monotonous(text.as_bytes())
        || EMPTY_WORDS.contains(&text)
        || STAND_INS.iter().any(|word| text.contains(word))
}

/// Whether the value is one that people type who need any.
fn is_idle(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    IDLE_WORDS.iter().any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}

/// Whether the value names where the secret is: a variable, a template, a command.
fn is_reference(text: &str) -> bool {
    let starts = [
        "$",
        "<",
        "{{",
        "%(",
        "@{",
        "#{",
        "[",
        "(",
        "&",
        "*",
        "!",
        "env:",
        "env.",
        "env(",
        "vault:",
        "ref:",
        "ref+",
        "secret:",
        "op://",
        "arn:",
        "ssm:",
        "file:",
        "process.env",
        "os.environ",
        "enc[",
        "enc(",
        "{cipher}",
        "{noop}",
        "kms:",
        "sops:",
    ];
    starts.iter().any(|start| text.starts_with(start) && !is_strong_sign_at_start(text))
        || ["${", "$(", "{{", "<%", "%{", "#{", "}}"].iter().any(|part| text.contains(part))
        || text.starts_with('%') && text.ends_with('%')
        || text.starts_with('@') && text.ends_with('@')
        || text.starts_with("__") && text.ends_with("__")
        || text.starts_with('{') && text.ends_with('}')
}

/// A password may begin with a sign that also begins a reference; it then has others inside and is no name.
fn is_strong_sign_at_start(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['$', '!', '*', '&', '(', '[']) else { return false };
    let signs = rest.bytes().filter(|byte| !byte.is_ascii_alphanumeric() && !b"_-.:()[]{}".contains(byte)).count();
    signs > 0 && rest.bytes().any(|byte| byte.is_ascii_digit()) && !rest.contains(' ')
}

/// Three different signs or fewer, or a run up or down the alphabet.
fn is_monotonous(text: &[u8]) -> bool {
    let mut seen = [false; 256];
    text.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let run = text.windows(2).filter(|pair| pair[1].abs_diff(pair[0]) <= 1).count();
    different <= 3 && text.len() > 3 || text.len() >= 6 && run * 10 >= (text.len() - 1) * 8
}

/// Whether the value of something that is called a password may be one.
pub(crate) fn may_be_password(key: &str, value: &[u8], facts: &PlaceFacts) -> bool {
    // Files of settings in older encodings have passwords too.
    let text = &*String::from_utf8_lossy(value);
    if text.len() < 4 || text.len() > 128 || text.chars().any(char::is_control) || is_stand_in(value) {
        return false;
    }
    let kinds = Kinds::of(text);
    if facts.syntax == Syntax::Single {
        return !is_path_or_address(text)
            && !text.eq_ignore_ascii_case(key)
            && (text.is_ascii() || !foreign::is_said(text));
    }
    if text.contains([' ', '\\', ',']) || is_path_or_address(text) || is_expression(text, facts) {
        return false;
    }
    if !text.is_ascii() {
        return foreign::may_be_password(key, text, facts);
    }
    if facts.is_all_texts && text.split(['_', '-', '.', ':', '/']).all(is_word) {
        return false;
    }
    if !facts.is_in_force() && is_idle(value) {
        return false;
    }
    if is_wordy(text, &kinds) && !(facts.is_in_force() && is_random_letters(text)) {
        // A name made of words is a password only where nobody would write a name: `POSTGRES_PASSWORD: mysecretpassword`.
        return facts.is_in_force()
            && key.contains('_')
            && text.len() >= 10
            && kinds.lower + kinds.digits == text.len();
    }
    // In programs a text without digits and capital letters is a name or a word of some language.
    if !facts.is_in_force() && kinds.digits + kinds.upper == 0 {
        return false;
    }
    let least = if facts.is_in_force() { 6 } else { 8 };
    text.len() >= least && entropy(value) >= if facts.is_in_force() { 2.2 } else { 2.7 }
}

/// Whether the value of something that is called a key, token or secret may be one: long, of a token's signs, and random.
pub(crate) fn may_be_token(value: &[u8], facts: &PlaceFacts) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    let is_token_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+/=.~:".contains(&byte);
    let signed = text.bytes().filter(|&byte| !is_token_sign(byte)).count();
    let least = if facts.is_in_force() { 10 } else { 16 };
    if text.len() < least
        || text.len() > 512
        || is_stand_in(value)
        || is_idle(value)
        || is_path_or_address(text)
        || text.contains("::")
    {
        return false;
    }
    // Signs that tokens have not are fine for what people make up where it is in force.
    if signed > 0
        && (!facts.is_in_force() || !text.bytes().all(|byte| byte.is_ascii_graphic()) || is_expression(text, facts))
    {
        return false;
    }
    let kinds = Kinds::of(text);
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let floor = match (is_hex, text.len()) {
        (true, ..24) => 2.6,
        (true, _) => 3.0,
        (false, ..16) => 2.8,
        (false, _) => 3.4,
    };
    (kinds.digits > 0 || facts.is_in_force() && is_random_letters(text))
        && kinds.lower + kinds.upper > 0
        && entropy(value) >= floor
        && (is_hex || !is_wordy_token(text, &kinds))
}

struct Kinds {
    lower: usize,
    upper: usize,
    digits: usize,
    signs: usize,
}

impl Kinds {
    fn of(text: &str) -> Kinds {
        let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
        Kinds {
            lower: count(u8::is_ascii_lowercase),
            upper: count(u8::is_ascii_uppercase),
            digits: count(u8::is_ascii_digit),
            signs: count(|byte| byte.is_ascii_punctuation() && !b"_-.:/".contains(byte)),
        }
    }
}

/// Words and names: letters only, with or without joints; or a name with one digit, such as `oauth2_password`.
fn is_wordy(text: &str, kinds: &Kinds) -> bool {
    kinds.signs == 0 && kinds.digits == 0 || {
        let pieces: Vec<&str> = text.split(['_', '-', '.', ':', '/']).collect();
        kinds.signs == 0 && pieces.len() > 1 && pieces.iter().all(|piece| is_word(piece))
    }
}

/// Whether a token has letters and digits, or letters that no words are made of: one random token of twenty signs in thirty
/// has no digit.
pub(crate) fn is_mixed(value: &[u8]) -> bool {
    let has_letters = value.iter().any(u8::is_ascii_alphabetic);
    let has_digits = value.iter().any(u8::is_ascii_digit);
    // What is random stands behind the issuer's own mark, `glpat-`.
    let own = value.rsplit(|byte| matches!(byte, b'-' | b'_')).next().unwrap_or(value);
    has_letters && (has_digits || std::str::from_utf8(own).is_ok_and(is_random_letters))
}

/// Ten letters or more that change between capital and small ones as no name in camel case does.
fn is_random_letters(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    let in_words = text.split(|sign: char| !sign.is_ascii_lowercase()).map(str::len).filter(|length| *length >= 3);
    text.len() >= 10
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && in_words.sum::<usize>() * 5 < text.len() * 2
}

/// Letters, then at most a short number: `password1`, `v2`; or a number alone.
fn is_word(piece: &str) -> bool {
    let letters = piece.trim_end_matches(|sign: char| sign.is_ascii_digit());
    letters.bytes().all(|byte| byte.is_ascii_alphabetic()) && (letters.is_empty() || piece.len() - letters.len() <= 2)
}

/// Several words with joints, or words in camel case with little else.
fn is_wordy_token(text: &str, kinds: &Kinds) -> bool {
    let pieces: Vec<&str> = text.split(['_', '-', '.', ':', '/', '+']).filter(|piece| !piece.is_empty()).collect();
    let words = pieces.iter().filter(|piece| is_word(piece)).count();
    let is_camel_case = kinds.digits <= 4 && {
        let runs = text.split(|sign: char| !sign.is_ascii_lowercase());
        runs.map(str::len).filter(|length| *length >= 3).sum::<usize>() * 10 >= text.len() * 6
    };
    is_camel_case || pieces.len() >= 2 && words * 4 >= pieces.len() * 3
}

fn is_path_or_address(text: &str) -> bool {
    ["/", "./", "../", "~/", "http:", "https:", "c:\\", "C:\\"].iter().any(|start| text.starts_with(start))
        && !(text.starts_with('/') && !text[1..].contains('/') && text.contains(|sign: char| "!@#%^&*".contains(sign)))
        || text.contains("://")
        || [
            ".pem", ".key", ".json", ".yaml", ".yml", ".txt", ".crt", ".html", ".php", ".js", ".py", ".com", ".org",
            ".net", ".io", ".local", ".svc", ".xml", ".md", ".png",
        ]
        .iter()
        .any(|end| text.ends_with(end))
}

/// Something that a program computes, a format, a pattern, or a piece of markup. What is in force may begin with any
/// sign when it has digits.
fn is_expression(text: &str, facts: &PlaceFacts) -> bool {
    let may_begin_oddly = facts.is_in_force() && text.len() >= 8 && text.bytes().any(|byte| byte.is_ascii_digit());
    text.starts_with(['#', '.', ':', '^', '@', '-', '+', '?', '|', '>', '`', ')', ']', '}', '=']) && !may_begin_oddly
        || text.contains(['<', '|', '"', '\'', '`', ';', '{'])
        || text.contains(['(', '[']) && (!facts.is_in_force() || text.contains([')', ']']))
        || ["%s", "%d", "->", "&&", "=>"].iter().any(|part| text.contains(part))
        || ["sha256-", "sha384-", "sha512-", "sha1-", "sha256:"].iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;

    fn facts(path: &str) -> PlaceFacts {
        PlaceFacts::of(Place::file(path))
    }

    #[test]
    fn stand_ins_are_no_secrets() {
        for value in [
            "changeme",
            "${DB_PASSWORD}",
            "<password>",
            "xxxxxxxx",
            "your-api-key",
            "$PASSWORD",
            "{{ password }}",
            "********",
            "%PASSWORD%",
            "password",
            "12345678",
            "aaaaaaaa",
            "AKIAIOSFODNN7EXAMPLE",
            "$(cat /run/secret)",
        ] {
            assert!(is_stand_in(value.as_bytes()), "{value}");
        }
        for value in ["hunter2", "$uper!S3cret", "Tr0ub4dor&3", "!Qaz2wsx#"] {
            assert!(!is_stand_in(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn passwords_are_judged_by_where_they_stand() {
        let judge = |path, value: &str| may_be_password("db_password", value.as_bytes(), &facts(path));
        for value in ["hunter2!", "S3cr3tP@ss", "Tr0ub4dor&3", "kJ8sdf7sdf"] {
            assert!(judge("app/.env", value) && judge("settings.py", value), "{value}");
        }
        assert!(judge("docker-compose.yml", "mysecretpass"));
        for value in
            ["user_password", "getPassword()", "/run/secrets/db", "Passwort", "https://a.b/c", "#password-field"]
        {
            assert!(!judge("app.js", value) && !judge("application.yml", value), "{value}");
        }
    }

    #[test]
    fn a_word_among_translations_is_no_password() {
        let judge = |path, value: &str| may_be_password("password", value.as_bytes(), &facts(path));
        for path in ["i18n/de.json", "languages/i18n/ike-latn.json", "app/lang/de/auth.php", "locales/is.yml"] {
            for value in ["Passwort1", "lerpoijaspu", "ikinniqpaanguniaqtuq", "Lykilorð"] {
                assert!(!judge(path, value), "{path} {value}");
            }
            assert!(judge(path, "kR8spq2x"), "{path}");
        }
        for path in ["config/de.env", "lang/settings.env", "app/.env"] {
            assert!(judge(path, "Passwort1"), "{path}");
        }
    }

    #[test]
    fn letters_in_no_order_are_a_password_where_it_is_in_force_and_a_token_behind_a_mark() {
        let judge = |path, value: &str| may_be_password("db_password", value.as_bytes(), &facts(path));
        for value in ["LubdTWFAXPNn", "KUsCANDKnvplSn", "pcYhMmKwkcloZg"] {
            assert!(judge("app/.env", value) && judge("application.yml", value) && !judge("app.js", value), "{value}");
        }
        for value in
            ["hunterTwoHunter", "dbPasswordField", "getLDAPBindSecret", "POSTGRESPASSWORD", "PasswordFieldName"]
        {
            assert!(!judge("app/.env", value), "{value}");
        }
        assert!(is_mixed(b"glpat-wycMYshDyhUdbpQfJPpw") && is_mixed(b"glpat-x8Kd2Lq9ZbT4mWc7VhRy"));
        assert!(!is_mixed(b"glpat-abcdefghijklmnopqrst") && !is_mixed(b"glpat-YourTokenGoesHere"));
    }

    #[test]
    fn tokens_are_long_and_random() {
        let judge = |value: &str| may_be_token(value.as_bytes(), &facts("app.py"));
        for value in
            ["9f86d081884c7d659a2feaa0c55ad015", "kX8sPq2LmZ0vTr5YwB3n", "3b241101-e2bb-4255-8caf-4136c566a962"]
        {
            assert!(judge(value), "{value}");
        }
        for value in ["my-secret-name-v2-for-app", "oauth2ClientSecretName", "com.example.token.Service2", "short1"] {
            assert!(!judge(value), "{value}");
        }
    }
}
