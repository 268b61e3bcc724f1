//! What is wrong with a JSON document, in the words of those who saved it.

use serde_json::error::Category;

use crate::json_place;

/// The reason of an error, with the place where one helps.
pub(crate) fn reason(error: &serde_json::Error) -> String {
    match (error.classify(), error.line(), error.column()) {
        (Category::Eof, line, _) => format!("it ends too early, in line {line}; was it saved and copied to its end?"),
        (Category::Syntax, 1, 0 | 1) => "it is no JSON".to_owned(),
        (Category::Syntax | Category::Data | Category::Io, ..) => error.to_string(),
    }
}

/// The same of a document whose text is at hand, with the keys that lead to what is wrong.
pub(crate) fn reason_in(text: &str, error: &serde_json::Error) -> String {
    if error.classify() != Category::Data {
        return reason(error);
    }
    let path = json_place::path_at(text, error.line(), error.column());
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    // What a type of ours is called says nothing to anybody.
    let said = if said.starts_with("data did not match") { "it is of a type that does not belong there" } else { said };
    match path.as_str() {
        "" => format!("line {}: {said}", error.line()),
        path => format!("line {}, `{path}`: {said}", error.line()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_off_and_what_is_no_json_is_said_in_words() {
        let check = |text: &str, expected: &str| {
            let error = serde_json::from_str::<Vec<u8>>(text).unwrap_err();
            assert_eq!(reason(&error), expected, "{text}");
        };
        check("[1,\n", "it ends too early, in line 2; was it saved and copied to its end?");
        check("PK\u{3}", "it is no JSON");
        check("[1,x]", "expected value at line 1 column 4");
        check("[\"a\"]", "invalid type: string \"a\", expected u8 at line 1 column 4");
    }
}
