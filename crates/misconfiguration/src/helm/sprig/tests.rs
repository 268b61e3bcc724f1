use std::sync::Arc;

use gotmpl::{Template, Value};

use super::super::work::Work;
use super::register;

fn render(source: &str) -> Result<String, String> {
    let template = register(Template::new("t"), &Arc::new(Work::default()));
    let parsed = template.parse(source).map_err(|error| error.to_string())?;
    let mut out = String::new();
    parsed.execute_fmt(&mut out, &Value::Nil).map_err(|error| error.to_string())?;
    Ok(out)
}

#[test]
fn functions_give_what_sprig_gives() {
    for (expression, expected) in [
        ("floor 3.7", "3"),
        ("ceil 3.2", "4"),
        ("round 3.14159 2", "3.14"),
        ("addf 1.5 2 3", "6.5"),
        ("divf 9 2", "4.5"),
        ("maxf 1.5 2.5", "2.5"),
        ("toDecimal \"0777\"", "511"),
        ("untilStep 3 9 3", "[3 6]"),
        ("untilStep 3 0 -1", "[3 2 1]"),
        ("untilStep 0 9 0", "[]"),
        ("until -3", "[0 -1 -2]"),
        ("seq 3", "1 2 3"),
        ("seq 0 2 6", "0 2 4 6"),
        ("seq 3 1", "3 2 1"),
        ("chunk 2 (list 1 2 3)", "[[1 2] [3]]"),
        ("slice (list 1 2 3) 1 2", "[2]"),
        ("mustSlice (list 1 2 3) 1", "[2 3]"),
        ("pluck \"a\" (dict \"a\" 1) (dict \"b\" 2) (dict \"a\" 3)", "[1 3]"),
        ("push (list 1) 2", "[1 2]"),
        ("mustUniq (list 1 2 1)", "[1 2]"),
        ("without (list 1 2 3) 2", "[1 3]"),
        ("mustMergeOverwrite (dict \"a\" 1) (dict \"a\" 2)", "map[a:2]"),
        ("omit (dict \"a\" 1 \"b\" 2) \"a\"", "map[b:2]"),
        ("dig \"a\" \"b\" \"none\" (dict \"a\" (dict \"b\" 1))", "1"),
        ("join \"-\" \"a\"", "a"),
        ("join \"-\" (list 1 2)", "1-2"),
        ("(split \"$\" \"foo$bar\")._1", "bar"),
        ("(splitn \"$\" 2 \"foo$bar$baz\")._1", "bar$baz"),
        ("splitList \",\" \"a,b\"", "[a b]"),
        ("title \"hello big world\"", "Hello Big World"),
        ("untitle \"Hello World\"", "hello world"),
        ("swapcase \"This\"", "tHIS"),
        ("initials \"First Try\"", "FT"),
        ("substr 0 5 \"hello world\"", "hello"),
        ("abbrev 5 \"hello world\"", "he..."),
        ("abbrevboth 5 10 \"1234 5678 9123\"", "...5678..."),
        ("plural \"one\" \"many\" 2", "many"),
        ("wrap 5 \"a bb ccc\"", "a bb\nccc"),
        ("wrapWith 5 \"|\" \"a bb ccc\"", "a bb|ccc"),
        ("replace \"a\" \"bb\" \"xax\"", "xbbx"),
        ("base \"a/b.txt\"", "b.txt"),
        ("dir \"/a/b.txt\"", "/a"),
        ("ext \"a/b.tar.gz\"", ".gz"),
        ("clean \"a/../b/./c\"", "b/c"),
        ("(urlParse \"https://u@h.example:8/p?q=1#f\").hostname", "h.example"),
        ("urlJoin (urlParse \"https://u@h.example:8/p?q=1#f\")", "https://u@h.example:8/p?q=1#f"),
        ("(semver \"v1.2.3-rc.1+b\").Minor", "2"),
        ("kindIs \"float64\" 3", "true"),
        ("typeIs \"map[string]interface {}\" (dict)", "true"),
        ("deepEqual (list 1) (list 1)", "true"),
        ("dateInZone \"2006\" now \"UTC\"", "1970-01-01"),
        ("randBytes 4 | len", "8"),
        ("coalesce \"\" 0 \"x\"", "x"),
        ("ternary \"yes\" \"no\" true", "yes"),
    ] {
        assert_eq!(render(&format!("{{{{ {expression} }}}}")).as_deref(), Ok(expected), "{expression}");
    }
}

#[test]
fn what_a_call_would_make_too_large_is_refused_before_it_is_made() {
    for expression in [
        "replace \"a\" (repeat 1000000 \"b\") (repeat 1000000 \"a\")",
        "replace \"\" (repeat 1000000 \"b\") (repeat 1000000 \"a\")",
        "join (repeat 1000000 \"b\") (splitList \",\" (repeat 90000 \",\"))",
        "splitList \",\" (repeat 1000000 \",\")",
        "split \"\" (repeat 1000000 \",\")",
        "wrapWith 1 (repeat 1000000 \"b\") (repeat 1000 \"a \")",
        "until 1000000000",
        "untilStep -9223372036854775807 9223372036854775807 1",
        "seq 1 9223372036854775807",
        "chunk 1 (until 100000) | concat (until 100000) | chunk 1",
    ] {
        let refused = render(&format!("{{{{ {expression} }}}}")).unwrap_err();
        assert!(refused.contains("too long") || refused.contains("too large"), "{expression}: {refused}");
    }
}

#[test]
fn lists_of_many_are_gone_through_in_little_time() {
    let text = "{{ $l := until 50000 }}{{ len (uniq $l) }} {{ len (without $l 1 2 3) }} {{ has 49999 $l }}";
    assert_eq!(render(text).as_deref(), Ok("50000 49997 true"));
}
