//! Passwords with signs beyond ASCII: letters of other scripts, umlauts, full-width forms.
//!
//! What people read is written in the same letters: names of fields, messages, translations of both. They are told from
//! passwords by where they stand and by the words in them.

use crate::place::PlaceFacts;

/// Words for a password, which what people read about one contains.
const WORDS_FOR_PASSWORD: &[&str] = &[
    "パスワード",
    "ﾊﾟｽﾜｰﾄﾞ",
    "パスフレーズ",
    "暗証",
    "合言葉",
    "密码",
    "密碼",
    "口令",
    "비밀번호",
    "암호",
    "пароль",
    "пароля",
    "contraseña",
    "κωδικός",
    "şifre",
    "heslo",
    "hasło",
    "jelszó",
    "mật khẩu",
    "passwört",
    "schlüsselwort",
];

/// What sentences are made of.
const PARTS_OF_SENTENCES: &[&str] = &[
    "ください",
    "下さい",
    "入力",
    "文字",
    "します",
    "しました",
    "です",
    "ません",
    "設定",
    "変更",
    "確認",
    "忘れ",
    "必須",
    "请",
    "請",
    "输入",
    "輸入",
    "设置",
    "修改",
    "忘记",
    "입력",
    "하세요",
    "변경",
    "введите",
    "ввести",
    "забыли",
    "ungültig",
    "ändern",
    "zurücksetzen",
];

/// Signs that stand in sentences and that nobody types into a password.
const SIGNS_OF_SENTENCES: &[char] =
    &['。', '、', '「', '」', '『', '』', '・', '«', '»', '„', '“', '”', '‘', '’', '…', '–', '—', '：', '；'];

/// How names of what people read about passwords begin: `reset_password`, `new_password`.
const ASKING: &[&str] = &[
    "change",
    "confirm",
    "current",
    "enter",
    "forgot",
    "forgotten",
    "hide",
    "invalid",
    "lost",
    "missing",
    "new",
    "no",
    "old",
    "repeat",
    "required",
    "reset",
    "retype",
    "save",
    "set",
    "show",
    "strong",
    "the",
    "update",
    "verify",
    "weak",
    "wrong",
    "your",
];

/// The text with the full-width forms of ASCII's signs (U+FF01 to U+FF5E) as those signs.
pub(crate) fn folded(text: &str) -> String {
    text.chars().map(folded_sign).collect()
}

/// The same of one sign.
pub(crate) fn folded_sign(sign: char) -> char {
    match u32::from(sign) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(sign),
        0x3000 => ' ',
        _ => sign,
    }
}

/// Whether the text is something that people read about passwords, or nothing but a word for one.
pub(crate) fn is_said(text: &str) -> bool {
    let lower = text.to_lowercase();
    let has_digits = folded(text).bytes().any(|byte| byte.is_ascii_digit());
    text.contains(SIGNS_OF_SENTENCES)
        || PARTS_OF_SENTENCES.iter().any(|part| lower.contains(part))
        || !has_digits && is_about_passwords(&lower)
}

/// Whether a text that is not all ASCII may be the value of something that is called a password.
pub(crate) fn may_be_password(key: &str, text: &str, facts: &PlaceFacts) -> bool {
    if facts.is_translated || is_said(text) {
        return false;
    }
    let folded = folded(text);
    let length = folded.chars().count();
    let has_digits = folded.chars().any(char::is_numeric);
    let has_signs = folded.chars().any(|sign| sign.is_ascii_punctuation() && !"_-.:/".contains(sign));
    if facts.is_in_force() {
        // Letters alone are a password only where nobody would write a name: `DB_PASSWORD=ひらけごまの木`.
        let owner = key.split_once('_').map(|(owner, _)| owner);
        let is_owned = owner.is_some_and(|owner| !ASKING.contains(&owner));
        return length >= 4 && (has_digits || has_signs) || length >= 6 && is_owned;
    }
    length >= 6 && has_digits && !is_about_passwords(&text.to_lowercase())
}

fn is_about_passwords(lower: &str) -> bool {
    WORDS_FOR_PASSWORD.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Place;
    use crate::plausible;

    fn judge(path: &str, value: &str) -> bool {
        plausible::may_be_password("db_password", value.as_bytes(), &PlaceFacts::of(Place::file(path)))
    }

    #[test]
    fn passwords_of_any_script_are_passwords() {
        for value in [
            "さくら2024!",
            "パスワード123",
            "ｋＲ８ｓｐｑ２ｘ",
            "Grün3Wälder!",
            "śnieżka77",
            "ひらけごまの木",
            "пчела-42",
        ] {
            assert!(judge("app/.env", value) && judge("application.yml", value), "{value}");
        }
        assert!(judge("settings.py", "さくら2024!") && judge("settings.py", "Grün3Wälder!"));
    }

    #[test]
    fn what_people_read_is_no_password() {
        for value in [
            "パスワード",
            "8文字以上で入力してください",
            "ｃｈａｎｇｅｍｅ",
            "ｐａｓｓｗｏｒｄ",
            "新しいパスワード",
            "密码",
            "пароль",
            "„geheim“",
        ] {
            assert!(!judge("app/.env", value) && !judge("app.js", value), "{value}");
        }
        let reset = |value: &str| may_be_password("reset_password", value, &PlaceFacts::of(Place::file("app.yml")));
        assert!(!reset("Сбросить") && reset("Сбросить-42"));
        for path in [
            "config/locales/devise.ja.yml",
            "app/messages.properties",
            "src/i18n/ja.json",
            "messages_ja.properties",
            "lang/de.yml",
        ] {
            assert!(!judge(path, "さくら2024!"), "{path}");
        }
    }
}
