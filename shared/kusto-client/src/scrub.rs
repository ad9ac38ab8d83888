//! Takes out of the service's own words what it may have repeated of a secret. The words go to the caller and into no log all the same.

use std::borrow::Cow;

/// What stands before a secret, in small letters.
const MARKS: [&str; 11] = [
    "bearer ",
    "sig=",
    "accountkey=",
    "sharedaccesskey=",
    "password=",
    "pwd=",
    "client_secret=",
    "client_assertion=",
    "access_token=",
    "x-amz-security-token: ",
    "appkey=",
];
/// What a KQL literal begins with whose text the service keeps out of its own traces (docs: obfuscated string literals).
const HIDDEN: [&str; 6] = ["h'", "h\"", "h@'", "h@\"", "h```", "h~~~"];
const HIDDEN_TEXT: &str = "***";

/// `text` with `***` for the values of well-known names, for JSON web tokens and for the text of `h'…'` literals.
pub(crate) fn scrub(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut copied = 0;
    let mut at = 0;
    // Up to here no JSON web token begins: what is behind a beginning that is none is not looked at for each further one.
    let mut no_token_before = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let begins_word = !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let found = match Some(rest).filter(|_| begins_word && at >= no_token_before).and_then(token) {
            Some((length, true)) => Some((0, length)),
            Some((length, false)) => {
                no_token_before = at + length;
                None
            }
            None => secret(rest).filter(|_| begins_word),
        };
        match found {
            Some((start, length)) if length > 0 => {
                clean.push_str(&text[copied..at + start]);
                clean.push_str(HIDDEN_TEXT);
                copied = at + start + length;
                at = copied;
            }
            _ => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[copied..]);
    Cow::Owned(clean)
}

/// `id`, an id or a code of the service's, where it looks like one; scrubbed as well, since a token looks like one too.
pub(crate) fn id(id: &str) -> Option<String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b";._- ".contains(&byte);
    ((1..=128).contains(&id.len()) && id.bytes().all(is_part)).then(|| scrub(id).into_owned())
}

/// How long what `rest` begins with is, where it begins as a JSON web token does, and whether it has the parts of one.
fn token(rest: &str) -> Option<(usize, bool)> {
    // An object starts with `{"`, which base64 writes `eyJ`.
    if !rest.starts_with("eyJ") {
        return None;
    }
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c)).unwrap_or(rest.len());
    Some((length, rest[..length].matches('.').count() >= 2))
}

/// Where the secret that `rest` names, or begins with, starts, and how long it is.
fn secret(rest: &str) -> Option<(usize, usize)> {
    if let Some(mark) = MARKS.iter().find(|mark| starts_with(rest, mark)) {
        let value = &rest[mark.len()..];
        let end = |c: char| c.is_whitespace() || "'\"`;&,)}]<".contains(c);
        return Some((mark.len(), value.find(end).unwrap_or(value.len())));
    }
    let start = HIDDEN.iter().find(|start| starts_with(rest, start))?.len();
    let quote = rest[start - 1..].chars().next()?;
    let text = &rest[start..];
    Some((start, text.find(quote).unwrap_or(text.len())))
}

fn starts_with(text: &str, small: &str) -> bool {
    text.get(..small.len()).is_some_and(|start| start.eq_ignore_ascii_case(small))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_be_a_secret_is_taken_out() {
        for (text, expected) in [
            ("Syntax error near 'T | where x'", "Syntax error near 'T | where x'"),
            ("got Authorization: Bearer abc.def\r\nNext", "got Authorization: Bearer ***\r\nNext"),
            ("BEARER abc, and more", "BEARER ***, and more"),
            ("token eyJh.eyJh.c2ln-_x is old", "token *** is old"),
            ("https://a.example/b?sv=1&sig=a%2Fb&se=2", "https://a.example/b?sv=1&sig=***&se=2"),
            ("AccountKey=a/b==;EndpointSuffix=x", "AccountKey=***;EndpointSuffix=x"),
            ("client_id=1&client_secret=s~1&scope=x", "client_id=1&client_secret=***&scope=x"),
            ("Server=x;Password=p w", "Server=x;Password=*** w"),
            ("externaldata(a:string)[h'https://a?x=1']", "externaldata(a:string)[h'***']"),
            ("[h@\"https://a\"] and h\"b\"", "[h@\"***\"] and h\"***\""),
            ("the config=1 and eye.of.it", "the config=1 and eye.of.it"),
            ("each'x' bearer", "each'x' bearer"),
            ("design=blue, they.are.so", "design=blue, they.are.so"),
            ("eyJ-eyJh.eyJh.c2ln", "***"),
            ("eyJa-eyJb.c sig=d", "eyJa-eyJb.c sig=***"),
            ("sig=", "sig="),
            ("sig=a", "sig=***"),
            ("ä Bearer ö", "ä Bearer ***"),
            ("", ""),
        ] {
            assert_eq!(scrub(text), expected, "{text}");
        }
    }

    #[test]
    fn long_hostile_texts_take_linear_time() {
        for piece in ["eyJ-", "eyJ.-", "bearer ", "sig=", "h'", "h```", "eyJ"] {
            let text = piece.repeat(200_000 / piece.len());
            assert!(scrub(&text).len() <= 4 * text.len(), "{piece}");
        }
    }

    #[test]
    fn an_id_is_short_and_plain() {
        for (text, expected) in [
            ("6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01", Some("6e0e7d0b-6b0e-4a3c-9f57-1d1f4a1d0c01")),
            ("KPC.execute;5636ed78", Some("KPC.execute;5636ed78")),
            ("General_BadRequest", Some("General_BadRequest")),
            ("Bearer eyJh.eyJh.c2ln", Some("Bearer ***")),
            ("", None),
            ("a\nb", None),
            ("<b>", None),
            ("T | where a == 'x'", None),
        ] {
            assert_eq!(id(text).as_deref(), expected, "{text}");
        }
        assert_eq!(id(&"a".repeat(129)), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_scrubbed_and_no_marked_value_stays(
            before in "(h'|h@\"|ey|'|\"|\\.|[[:any:]]){0,12}",
            mark in prop::sample::select(MARKS.to_vec()),
        ) {
            let text = format!("{before} {mark}s3cret after");
            prop_assert!(!scrub(&text).contains("s3cret"), "{}", scrub(&text));
        }
    }
}
