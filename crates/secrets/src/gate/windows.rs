//! Which five bytes of a literal are the rarest in texts and programs: the fewer places have them, the fewer the gate points
//! at in vain.

/// How many bytes in a row the gate takes of a literal, as two blocks.
const WINDOW: usize = 5;
/// The farthest place in a literal where they may begin.
const FARTHEST: usize = 200;

/// The kinds of bytes: letters in either case, digits, some signs, all else.
const KINDS: usize = 37;
const DIGIT: usize = 26;
const SIGNS: [u8; 9] = *b" _-.\"/=:(";

/// How rare a byte of each kind is, in bits as hexadecimal digits. This and [`BEHIND`] were counted in 400 kB of JavaScript,
/// JSON, Markdown, Python, C, Rust and licenses.
const ALONE: [u8; KINDS] = *b"5755466649856556a54467787a92786678779";

/// The same behind a byte of each kind, which has its row.
const BEHIND: [&[u8; KINDS]; KINDS] = [
    b"9545a84a5b7343e59343678759b5aa9aceacc",
    b"4876399835d39849d5673dad4db589686d97b",
    b"4c7939c35a447828c57359ab6bb588687d99a",
    b"499529793ca69959c55858b88ed268577c779",
    b"5754657a899563967334b6857dd377578a669",
    b"4c87559b2ec68638c4755ebe7cd289599e98a",
    b"6b8929844d958456d5575abd77c367587a889",
    b"39aa1ceb3ce8a94be6846eac8ef47b78ab879",
    b"6545545bab945245c533a6f7f6d8aa999fbce",
    b"498b2b9a79884a45b91b4b7babe6a96aaaaab",
    b"299526564b978579c749786c98d467579c95a",
    b"4a95259f2f738748d945578f5bd477788b87a",
    b"25862aac48a75834ba6959ec9ce476795e88a",
    b"4a53464b69778745f93356af6cd378679b86a",
    b"8654846b68744264f2554659bcf48a9bad99c",
    b"2b9639886b744b45c354479c5ee57877ac86b",
    b"aa887aaa8aa8a8aaa7a70aaaaad67aaaa8aa8",
    b"4866285b3d675548f544588c5bf379678a86a",
    b"59583aa54c888946c8436a8b6fe268466a679",
    b"4a7739b24fb79947f4565b6c5bd378667b67a",
    b"5455467a5c934385e333a9b8bbd58a8abeecc",
    b"3c971a7c3ca99c4ccb7c57accc86ac658a99b",
    b"38b74aa32da8a438d45aaa5addf48768bd98b",
    b"4747489b4bb69983ba829bb77a94674678779",
    b"7a785ad97db75643d445bb8dd9b2675659659",
    b"4a8a1aaa3aa5885aaa586a8aa8c578558a8a9",
    b"7999a8eea9c9c9baebc9abe88a4375357a7a8",
    b"5656657759966655b654776c8b91889586a79",
    b"55444556498544559444665a8ba73dddbdb7b",
    b"5645656867946555a645588a796493a8a8cc9",
    b"6745566555765655b65577798a736e575eeb8",
    b"5655576768966575b664778a9aa5a9559d2c7",
    b"664457685a956565b6566868bda3ba872bbb8",
    b"ca9ac7c9acc886a99988aaaccca1aaa8c2ca9",
    b"787787aa79b99777d777888ddba1bdb95b3d8",
    b"5645558655865555d64486797b8d78956dd67",
    b"7866779979a88797b8678a8bbca2786768776",
];

/// Where in a literal of [`WINDOW`] bytes or more its rarest ones begin.
pub(super) fn rarest(literal: &[u8]) -> usize {
    let last = literal.len().saturating_sub(WINDOW).min(FARTHEST);
    let both = |at: usize| literal[at..at + WINDOW].windows(WINDOW - 1).map(commonness).sum::<u64>();
    (0..=last).min_by_key(|&at| both(at)).unwrap_or(0)
}

/// How common a block is, as a share of two to the power of 62.
fn commonness(block: &[u8]) -> u64 {
    let first = block.first().map_or(0, |first| bits(ALONE[kind(*first)]));
    let others: u32 = block.windows(2).map(|pair| bits(BEHIND[kind(pair[0])][kind(pair[1])])).sum();
    1 << (62 - (first + others).min(62))
}

fn kind(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => usize::from(letter - b'a'),
        b'0'..=b'9' => DIGIT,
        sign => SIGNS.iter().position(|known| *known == sign).map_or(KINDS - 1, |place| DIGIT + 1 + place),
    }
}

fn bits(digit: u8) -> u32 {
    char::from(digit).to_digit(16).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_words_that_programs_are_full_of_are_avoided() {
        for (literal, window) in [
            ("getConnection(", "onnec"),
            ("requirepass", "quire"),
            ("github_pat_", "hub_p"),
            ("xoxb-", "xoxb-"),
            ("sentry", "entry"),
        ] {
            let at = rarest(literal.as_bytes());
            assert_eq!(&literal[at..at + WINDOW], window);
        }
    }

    #[test]
    fn every_kind_has_its_place() {
        assert_eq!(kind(b'Z'), 25);
        assert_eq!(kind(b'7'), 26);
        assert_eq!(kind(b' '), 27);
        assert_eq!(kind(b'('), 35);
        assert_eq!((kind(b')'), kind(0xff)), (36, 36));
        assert!(BEHIND.iter().copied().chain([&ALONE]).flatten().all(u8::is_ascii_hexdigit));
    }
}
