//! Terms in every spelling, and what is none.

use super::*;

fn check(text: &str, expected: &str) {
    let shown = match parse(text) {
        Ok(terms) => format!("{terms:?}"),
        Err(error) => error,
    };
    assert_eq!(shown, expected, "{text}");
}

/// What a term alone in its file is, by its text.
fn check_text(term: &str, expected: &str) {
    let terms = parse(&format!("{term}.\n")).unwrap_or_else(|error| panic!("{term}: {error}"));
    assert_eq!(terms, [Term::Text(expected.to_owned())], "{term}");
}

#[test]
fn strings_and_atoms_are_read_in_all_their_spellings() {
    for (term, expected) in [
        (
            r#""a" "b"  % c
            "d""#,
            "abd",
        ),
        (r#""100%% \"sure\" \\ \x41\x{1F600}\101\s\^A\e""#, "100%% \"sure\" \\ A\u{1F600}A \u{1}\u{1b}"),
        ("\"a\nb\\\nc\"", "a\nb\nc"),
        ("'it\\'s %'", "it's %"),
        ("'Elixir.A.B'", "Elixir.A.B"),
        ("a_1@b", "a_1@b"),
        ("\u{e9}t\u{e9}", "\u{e9}t\u{e9}"),
        ("fun lists:map/2", "fun lists:map/2"),
        ("(a)", "a"),
        ("\"\"", ""),
        ("\"\"\"\"", ""),
        ("\"\"\"a\"", "a"),
        ("\"\"\"\" \"a\"\"\"\"\n b\n \"\"\"", "ab"),
    ] {
        check_text(term, expected);
    }
}

#[test]
fn texts_between_lines_of_quotes_are_read() {
    for (term, expected) in [
        ("\"\"\"\n  a \"b\"\n\n   c\\n\n  \"\"\"", "a \"b\"\n\n c\\n"),
        ("\"\"\"\"  \r\n\"\"\"\r\n\"\"\"\"", "\"\"\""),
        ("\"\"\"\n\"\"\"", ""),
        ("\"a\" \"\"\"\n\tb\n\t\"\"\"", "ab"),
        ("~\"\"\"\n a\\n\n \"\"\"", "a\\n"),
        ("~s\"\"\"\n a\\tb\n \"\"\"", "a\tb"),
    ] {
        check_text(term, expected);
    }
    check("\"\"\"\n a\n", "it ends in the middle of a string");
    check("\"\"\"\na\n  \"\"\".", "line 1 is not understood");
}

#[test]
fn sigils_are_read_with_each_of_their_ends() {
    for (term, expected) in [
        ("~\"a\\nb\"", "a\nb"),
        ("~b(a\\)b)", "a)b"),
        ("~B[a\\n]", "a\\n"),
        ("~s{a}", "a"),
        ("~S<a\\>", "a\\"),
        ("~/a/", "a"),
        ("~|a\"b|", "a\"b"),
        ("~'a'", "a"),
        ("~`a`", "a"),
        ("~#a%#", "a%"),
    ] {
        check_text(term, expected);
    }
    check("~x\"a\".", "line 1 is not understood");
    check("~a", "it ends in the middle of a term");
}

#[test]
fn binaries_are_the_text_of_their_bytes() {
    for (term, expected) in [
        ("<<\"f\"/utf8>>", "f"),
        ("<<\"\u{e9}\"/utf8>>", "\u{e9}"),
        ("<<\"\u{e9}\">>", "\u{e9}"),
        ("<<>>", ""),
        ("<< \"a\" , $b, 99 >>", "abc"),
        ("<<16#6162:16, 16#6463:16/little-unsigned, (<<\"e\">>)/binary, 16#e9/utf8>>", "abcde\u{e9}"),
        ("<<$>>>", ">"),
        ("<<1:3, 2.5/float, \"a\">>", "a"),
    ] {
        check_text(term, expected);
    }
}

#[test]
fn numbers_and_characters_are_read_in_all_their_spellings() {
    for (term, expected) in [
        ("1_000", "1000"),
        ("-1", "-1"),
        ("+ 1", "1"),
        ("16#ff", "255"),
        ("36#Zz", "1295"),
        ("16#ff_ff", "65535"),
        ("2#102", "2#102"),
        ("99#1", "99#1"),
        ("1.5", "1.5"),
        ("1.0e-10", "1.0e-10"),
        ("1.0E+5", "1.0E+5"),
        ("16#0.8#e-1", "16#0.8#e-1"),
        ("$a", "97"),
        ("$ ", "32"),
        ("$%", "37"),
        ("$\\n", "10"),
        ("$\\x{e9}", "233"),
        ("$\u{e9}", "233"),
    ] {
        check_text(term, expected);
    }
}

#[test]
fn terms_that_hold_others_are_read() {
    check(
        "%% coding: utf-8\n#{a => 1, \"b\" => #{}, <<\"c\">> => [d]}.",
        r#"[Map([Pair("a", Text("1")), Pair("b", Map([])), Pair("c", List([Text("d")]))])]"#,
    );
    check(
        "{a,{},[]}.\n[b|[c]].%\n[d|e].",
        r#"[Tuple([Text("a"), Tuple([]), List([])]), List([Text("b"), Text("c")]), List([Text("d"), Text("e")])]"#,
    );
    for text in ["[$1, $., $2].", "[$1, $. | \"2\"].", "[49 | [46, 16#32]].", "\"1.2\"."] {
        assert_eq!(parse(text).unwrap()[0].string().as_deref(), Some("1.2"), "{text}");
    }
    check("", "[]");
    check("{a, b}", r#"[Tuple([Text("a"), Text("b")])]"#);
}

#[test]
fn what_is_no_term_is_an_error() {
    for text in
        ["{a b}.", "{a,}.", "[a,,b].", "{a}{b}.", "#rec{}.", "Var.", "_.", "#{a}.", "- a.", "a.b.", ")", "<<a b>>."]
    {
        check(text, "line 1 is not understood");
    }
    for text in ["{", "[a", "#{a =>", "<<", "<<1", "$", "$\\", "(a", "{a,"] {
        check(text, "it ends in the middle of a term");
    }
    for text in ["\"", "\"\\", "'a", "~\"a", "\"a\\\""] {
        check(text, "it ends in the middle of a string");
    }
    check("\n)", "line 2 is not understood");
    for begin in ["[", "{", "(", "<<", "#{", "[a|", "<<1:"] {
        check(&begin.repeat(100_000), "its terms lie more than 64 deep");
    }
    let many = format!("[{}1].", "1,".repeat(MOST_TERMS));
    check(&many, "it has more than 200000 values");
}

#[test]
fn what_begins_no_text_between_lines_is_looked_at_once() {
    for text in ["\"\" ".repeat(1 << 20), "\"".repeat(1 << 22)] {
        assert_eq!(parse(&text), Err("it has more than 200000 values".to_owned()));
    }
}
