//! Scripts of `cmd`, Windows' command prompt. It puts the values of variables into a line before it reads what the line
//! says (cmd /?, set /?): quotes in the line do not hold them back, and `&` in a value begins another command.

/// The variables that a script has put into its lines as `%NAME%`, `%NAME:a=b%` or `%NAME:~0,8%`, by their names in lower
/// case.
pub(crate) fn expanded_variables(script: &str) -> impl Iterator<Item = String> + '_ {
    script.lines().filter(|line| !is_remark(line)).flat_map(of_line)
}

/// Whether a line says nothing to `cmd`.
pub(crate) fn is_remark(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches('@').trim_start();
    let is_word = line.as_bytes().get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"rem"));
    line.starts_with("::") || is_word && line[3..].chars().next().is_none_or(char::is_whitespace)
}

fn of_line(line: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('%')?;
            // A sign of percent in a script, and an argument: `%%i`, `%1`, `%~dp0`, `%*`.
            let skipped = after.chars().next()?;
            if skipped == '%' || skipped.is_ascii_digit() || matches!(skipped, '~' | '*') {
                rest = &after[1..];
                continue;
            }
            let (variable, behind) = after.split_once('%')?;
            rest = behind;
            let name = variable.split_once(':').map_or(variable, |(name, _)| name);
            return Some(name.to_ascii_lowercase());
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(script: &str) -> String {
        expanded_variables(script).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_variable_is_put_into_a_line_in_every_form() {
        for script in [
            "echo %TITLE%",
            "echo \"%Title%\"",
            "set x=%TITLE:~0,8%",
            "set x=%TITLE:a=b%",
            "echo 100%% %TITLE%",
            "for %%i in (a) do echo %TITLE%",
            "echo %1 %TITLE%",
            "echo %~dp0 %* %TITLE%",
            "cd a\r\necho %TITLE%\r\n",
            "remove %TITLE%",
        ] {
            assert_eq!(variables(script), "title", "{script}");
        }
        assert_eq!(variables("echo %A%%B% c %D%"), "a b d");
    }

    #[test]
    fn what_is_read_later_or_says_nothing_is_not_put_in() {
        for script in [
            "echo !TITLE!",
            "echo %%TITLE%%",
            "rem %TITLE%",
            "  @REM %TITLE%",
            ":: %TITLE%",
            "echo $TITLE",
            "echo 5 % 3",
            "echo %TITLE\necho b",
            "rem",
            "re",
            "%",
            "é%",
        ] {
            assert_eq!(variables(script), "", "{script}");
        }
    }
}
