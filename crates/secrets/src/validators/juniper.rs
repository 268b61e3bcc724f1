//! The form `$9$…` in which Junos keeps secrets that it has to give to others, such as the keys of RADIUS: whoever has it has
//! the secret, as no key is needed to read it. Each sign of the secret is told by how far the signs of the form lie apart in
//! a list.

/// The list, by how many signs of noise follow a first sign of each part: 3, 2, 1 and none.
const PARTS: [&[u8]; 4] = [b"QzF3n6/9CAtpu0O", b"B1IREhcSyrleKvMW8LXx", b"7N-dVbwsY2g4oaJZGUDj", b"iHkq.mPf5T"];
/// How much a distance counts for a byte of the secret, by its place there; from the eighth on they come again.
const WEIGHTS: [&[u32]; 7] =
    [&[1, 4, 32], &[1, 16, 32], &[1, 8, 32], &[1, 64], &[1, 32], &[1, 4, 16, 128], &[1, 32, 64]];

/// The secret in a text of this form; none where it is not one of printable ASCII.
pub(super) fn secret_in(text: &[u8]) -> Option<Vec<u8>> {
    let [first, rest @ ..] = text.strip_prefix(b"$9$")? else { return None };
    let noise = 3 - PARTS.iter().position(|part| part.contains(first))?;
    let mut signs = rest.get(noise..)?;
    let (mut before, mut secret) = (place(*first)?, Vec::new());
    while !signs.is_empty() {
        let weights = WEIGHTS[secret.len() % WEIGHTS.len()];
        let (own, others) = signs.split_at_checked(weights.len())?;
        let mut sum = 0;
        for (sign, weight) in own.iter().zip(weights) {
            let at = place(*sign)?;
            // None stands where the one before does.
            sum += (at + LENGTH - before).checked_rem(LENGTH)?.checked_sub(1)? * weight;
            before = at;
        }
        secret.push(u8::try_from(sum).ok().filter(|byte| (b' '..=b'~').contains(byte))?);
        signs = others;
    }
    (!secret.is_empty()).then_some(secret)
}

/// How many signs the list has.
const LENGTH: u32 = 65;

fn place(sign: u8) -> Option<u32> {
    let place = PARTS.iter().copied().flatten().position(|listed| *listed == sign)?;
    u32::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_sign_once() {
        let mut signs = PARTS.concat();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), LENGTH as usize);
    }

    #[test]
    fn a_secret_is_read_whatever_its_noise_is() {
        for (text, secret) in [
            ("$9$LbHX-wg4Z", "lc"),
            (concat!("$9$djsgJUjk", "qfTGD6ApuhcbsY2Gi"), "kR8spq2x"),
            (concat!("$9$iqQ3uORh", "repurvM8dVQF390I"), "Zx91kd9w"),
        ] {
            assert_eq!(secret_in(text.as_bytes()).as_deref(), Some(secret.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_only_begins_like_one_is_none() {
        for text in [
            "$9$",
            "$9$i",
            "$9$iqQ",
            "$9$ABC123",
            "$9$LbHX-wg4",
            "$9$Lbbbbbbbb",
            "$9$nhEmQVczB7dqsO",
            "$9$LbHX_wg4Z",
            "$8$LbHX-wg4Z",
        ] {
            assert_eq!(secret_in(text.as_bytes()), None, "{text}");
        }
    }
}
