//! Who a mail may go to and come from.

use lettre::Address;
use runtime::error::{ActionError, ErrorType};
use schemars::JsonSchema;
use serde::Deserialize;

/// The most recipients of one mail, To, Cc and Bcc together.
pub const MOST_RECIPIENTS: usize = 50;

/// The most characters of an address and of its local part (RFC 5321, 4.5.3.1).
const LONGEST_ADDRESS: usize = 254;
const LONGEST_LOCAL_PART: usize = 64;

/// Addresses as they stand in a request: an array, or one text in which `;` separates them as in the connector.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "addresses are one text separated by `;`, or an array of texts")]
pub enum Addresses {
    /// `"a@example.com; b@example.com"`.
    Text(String),
    /// `["a@example.com", "b@example.com"]`.
    List(Vec<String>),
}

impl Default for Addresses {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Addresses {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => text.split(';').filter(|part| !part.trim().is_empty()).collect(),
            Self::List(list) => list.iter().map(String::as_str).collect(),
        }
    }
}

/// `MAIL_ALLOWED_RECIPIENTS`: the addresses and domains that a mail may name. Empty allows nobody.
#[derive(Clone, Debug, Default)]
pub struct AllowList {
    addresses: Vec<Address>,
    domains: Vec<String>,
}

impl AllowList {
    /// Reads the value of the setting: addresses and `@domain`s, separated by commas.
    ///
    /// # Errors
    /// For the first entry that is neither, with the reason.
    pub fn parse(setting: &str) -> Result<Self, String> {
        let mut list = Self::default();
        for entry in setting.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let told = |reason: &str| format!("{entry:?} is neither an address nor an @domain: {reason}");
            match entry.strip_prefix('@') {
                Some(name) => list.domains.push(domain(name).map_err(told)?),
                None => list.addresses.push(address(entry).map_err(told)?),
            }
        }
        Ok(list)
    }

    fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.domains.is_empty()
    }

    fn allows(&self, address: &Address) -> bool {
        self.domains.iter().any(|domain| domain == address.domain())
            || self.addresses.iter().any(|allowed| same_mailbox(allowed, address))
    }
}

/// Whether two addresses are one mailbox. Domains are lowercase already; no mail system in use tells local parts by letter case.
fn same_mailbox(one: &Address, other: &Address) -> bool {
    one.domain() == other.domain() && one.user().eq_ignore_ascii_case(other.user())
}

/// The people of one mail, all of them allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct People {
    /// Who sends it.
    pub from: Address,
    /// Who gets it.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// Who gets a copy that the others do not know of.
    pub bcc: Vec<Address>,
    /// Who gets the answers.
    pub reply_to: Vec<Address>,
}

impl People {
    /// Everybody who gets the mail, each once.
    pub fn recipients(&self) -> Vec<Address> {
        let mut recipients: Vec<Address> = Vec::new();
        for address in self.to.iter().chain(&self.cc).chain(&self.bcc) {
            if !recipients.iter().any(|known| same_mailbox(known, address)) {
                recipients.push(address.clone());
            }
        }
        recipients
    }

    /// Those of `Bcc` who are not named elsewhere, each once.
    pub fn hidden(&self) -> impl Iterator<Item = &Address> {
        let named = |address: &Address| self.to.iter().chain(&self.cc).any(|other| same_mailbox(other, address));
        self.bcc
            .iter()
            .enumerate()
            .filter(move |(at, address)| {
                !named(address) && !self.bcc.iter().take(*at).any(|other| same_mailbox(other, address))
            })
            .map(|(_, address)| address)
    }
}

/// The fields of a request that name people.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// `From`.
    pub from: Option<&'a str>,
    /// `To`.
    pub to: &'a Addresses,
    /// `Cc`.
    pub cc: &'a Addresses,
    /// `Bcc`.
    pub bcc: &'a Addresses,
    /// `ReplyTo`.
    pub reply_to: &'a Addresses,
}

/// Reads the people of a request. `sender` is `MAIL_FROM`, which needs no permission.
///
/// # Errors
/// For nobody, more than [`MOST_RECIPIENTS`], text that is no address, and an address that `allowed` does not name.
pub fn people(fields: Fields<'_>, sender: Option<&Address>, allowed: &AllowList) -> Result<People, ActionError> {
    let read = |name: &str, addresses: &Addresses| -> Result<Vec<Address>, ActionError> {
        addresses.texts().into_iter().map(|text| permitted(name, text, allowed)).collect()
    };
    let count = [fields.to, fields.cc, fields.bcc].map(|addresses| addresses.texts().len()).iter().sum::<usize>();
    if count == 0 {
        return Err(ActionError::bad_request("the mail has no recipients: name at least one in To"));
    }
    if count > MOST_RECIPIENTS {
        return Err(ActionError::bad_request(format!(
            "the mail has {count} recipients, at most {MOST_RECIPIENTS} are allowed: send to a distribution list, or several mails"
        )));
    }
    Ok(People {
        from: from(fields.from, sender, allowed)?,
        to: read("To", fields.to)?,
        cc: read("Cc", fields.cc)?,
        bcc: read("Bcc", fields.bcc)?,
        reply_to: read("ReplyTo", fields.reply_to)?,
    })
}

fn from(field: Option<&str>, sender: Option<&Address>, allowed: &AllowList) -> Result<Address, ActionError> {
    match (field.filter(|text| !text.trim().is_empty()), sender) {
        (None, Some(sender)) => Ok(sender.clone()),
        (None, None) => Err(ActionError::bad_request("the mail has no sender: give From, or set MAIL_FROM")),
        (Some(text), Some(sender)) if same_mailbox(&named("From", text)?, sender) => Ok(sender.clone()),
        (Some(text), _) => permitted("From", text, allowed),
    }
}

fn permitted(field: &str, text: &str, allowed: &AllowList) -> Result<Address, ActionError> {
    let address = named(field, text)?;
    if allowed.allows(&address) {
        return Ok(address);
    }
    let domain = address.domain();
    let remedy = match allowed.is_empty() {
        true => format!("set MAIL_ALLOWED_RECIPIENTS=@{domain}"),
        false => format!("add @{domain} to MAIL_ALLOWED_RECIPIENTS"),
    };
    Err(ActionError::new(ErrorType::Forbidden, format!("{address} is not allowed; {remedy}")))
}

fn named(field: &str, text: &str) -> Result<Address, ActionError> {
    address(text).map_err(|reason| {
        let shown: String = text.chars().take(100).collect();
        ActionError::bad_request(format!("{field} has {shown:?}, which is no address: {reason}"))
    })
}

/// One bare address: an unquoted local part without the characters that old relays route by, and a domain name, which becomes
/// lowercase ASCII.
///
/// # Errors
/// With what is wrong and what to write.
pub fn address(text: &str) -> Result<Address, &'static str> {
    let text = text.trim();
    let (local, name) = text.split_once('@').ok_or("there is no @ in it")?;
    if local.contains(['<', '"', ' ']) || name.contains(['<', '>', '"', ' ']) {
        return Err("write the bare address, without a name, quotes or angle brackets");
    }
    if name.contains([',', '@']) {
        return Err("write one address, and separate several by `;` or give an array");
    }
    if !is_local_part(local) {
        return Err(
            "the part before the @ must be letters, digits and .!#$&'*+-/=?^_`{|}~ without `..`, 64 characters at most",
        );
    }
    let domain = domain(name)?;
    if local.len() + 1 + domain.len() > LONGEST_ADDRESS {
        return Err("it is longer than 254 characters");
    }
    Address::new(local, domain).map_err(|_| "mail servers would not take it")
}

/// RFC 5322 dot-atom, without `%` and `!`: relays of old read `victim%elsewhere.example@here.example` as a route.
fn is_local_part(text: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"#$&'*+-/=?^_`{|}~".contains(&byte))
    };
    text.len() <= LONGEST_LOCAL_PART && text.split('.').all(is_atom)
}

/// A domain name as it goes over the wire: lowercase ASCII after IDNA.
fn domain(text: &str) -> Result<String, &'static str> {
    const REASON: &str = "the part after the @ must be a domain name";
    let is_label = |label: &str| {
        let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // The parser would decode %-escapes and drop tabs and line breaks.
    if text.contains(|c: char| c == '%' || c.is_control()) {
        return Err(REASON);
    }
    match url::Host::parse(text) {
        Ok(url::Host::Domain(domain)) if domain.split('.').all(is_label) => Ok(domain),
        _ => Err(REASON),
    }
}

#[cfg(test)]
mod tests {
    use super::{Addresses, AllowList, Fields, People, address, people};
    use proptest::prelude::{any, proptest};
    use runtime::error::ActionError;

    fn list(texts: &[&str]) -> Addresses {
        Addresses::List(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn read(to: &Addresses, allowed: &str) -> Result<People, ActionError> {
        let none = Addresses::default();
        let sender = address("reports@sender.example").unwrap();
        let fields = Fields { from: None, to, cc: &none, bcc: &none, reply_to: &none };
        people(fields, Some(&sender), &AllowList::parse(allowed).unwrap())
    }

    #[test]
    fn addresses_are_read_one_by_one() {
        for (to, expected) in [
            (Addresses::Text("a@allowed.example".to_owned()), vec!["a@allowed.example"]),
            (
                Addresses::Text(" a@allowed.example;b@allowed.example; ".to_owned()),
                vec!["a@allowed.example", "b@allowed.example"],
            ),
            (
                list(&["a+tag@ALLOWED.example", "O'Neil@allowed.example"]),
                vec!["a+tag@allowed.example", "O'Neil@allowed.example"],
            ),
            (list(&["a@b\u{fc}cher.example"]), vec!["a@xn--bcher-kva.example"]),
        ] {
            let people = read(&to, "@allowed.example, @b\u{fc}cher.example").unwrap();
            assert_eq!(people.to.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn only_who_is_listed_is_allowed() {
        for (recipient, allowed, passes) in [
            ("soc@example.com", "", false),
            ("soc@example.com", "@example.com", true),
            ("SOC@Example.COM", "@example.com", true),
            ("soc@example.com", "soc@EXAMPLE.com", true),
            ("Soc@example.com", "other@example.org, soc@example.com", true),
            ("other@example.com", "soc@example.com", false),
            ("soc@sub.example.com", "@example.com", false),
            ("soc@example.com.evil.example", "@example.com", false),
            ("soc@notexample.com", "@example.com", false),
            ("a@xn--exmple-cua.com", "@example.com", false),
            // Letters of another alphabet that look alike are another domain; wide letters and dots are the same one (UTS 46).
            ("soc@ex\u{430}mple.com", "@example.com", false),
            ("soc@example.\u{441}om", "@example.com", false),
            ("soc@\u{ff45}xample\u{3002}com", "@example.com", true),
            ("soc@xn--bcher-kva.example", "@b\u{fc}cher.example", true),
            ("soc@bu\u{308}cher.example", "@xn--bcher-kva.example", true),
        ] {
            assert_eq!(read(&list(&[recipient]), allowed).is_ok(), passes, "{recipient} {allowed}");
        }
        assert_eq!(
            read(&list(&["soc@example.com"]), "").unwrap_err().to_string(),
            "Forbidden: soc@example.com is not allowed; set MAIL_ALLOWED_RECIPIENTS=@example.com"
        );
        assert_eq!(
            read(&list(&["soc@example.com"]), "@other.example").unwrap_err().to_string(),
            "Forbidden: soc@example.com is not allowed; add @example.com to MAIL_ALLOWED_RECIPIENTS"
        );
    }

    #[test]
    fn hostile_recipients_are_no_addresses() {
        for text in [
            "\"a@allowed.example\" <v@evil.example>",
            "v@evil.example <a@allowed.example>",
            "Someone <a@allowed.example>",
            "<a@allowed.example>",
            "a@allowed.example@evil.example",
            "a@allowed.example,v@evil.example",
            "a@allowed.example\r\nBcc: v@evil.example",
            "a@allowed.example%0d%0aBcc:v@evil.example",
            "a\r\n@allowed.example",
            "a@allowed.exa\tmple",
            "v%evil.example@allowed.example",
            "evil.example!v@allowed.example",
            "\"x y\"@allowed.example",
            "\"x\"@allowed.example",
            // Comments, groups and routes of RFC 5322.
            "a(v@evil.example)@allowed.example",
            "(v@evil.example)a@allowed.example",
            "a@(v@evil.example)allowed.example",
            "a@allowed.example(v@evil.example)",
            "a@allowed.example (comment)",
            "Staff:a@allowed.example",
            "Staff:a@allowed.example;",
            "Staff:v@evil.example,a@allowed.example;",
            "@evil.example:a@allowed.example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@0x7f.1",
            "a@",
            "@allowed.example",
            "@",
            "",
            "a",
            ".a@allowed.example",
            "a..b@allowed.example",
            "a@allowed.example.",
            "a@.allowed.example",
            "a@allowed..example",
            "a@-allowed.example",
            "a@allowed_x.example",
            "a@allowed.example/..",
            "a@allowed.example:25",
            "é@allowed.example",
            "<script>@allowed.example",
            &format!("{}@allowed.example", "a".repeat(65)),
            &format!("a@{}example", "a.".repeat(130)),
        ] {
            let error = read(&list(&[text]), "@allowed.example").unwrap_err().to_string();
            assert!(error.starts_with("BadRequest: To has "), "{text}: {error}");
            assert!(!error.contains(['\r', '\n']), "{error}");
        }
    }

    #[test]
    fn nobody_and_too_many_are_refused() {
        let many = |count: usize| Addresses::List((0..count).map(|n| format!("a{n}@allowed.example")).collect());
        assert!(read(&many(50), "@allowed.example").is_ok());
        for (to, sentence) in [
            (Addresses::default(), "BadRequest: the mail has no recipients: name at least one in To"),
            (Addresses::Text(" ; ".to_owned()), "BadRequest: the mail has no recipients: name at least one in To"),
            (
                many(51),
                "BadRequest: the mail has 51 recipients, at most 50 are allowed: send to a distribution list, or several mails",
            ),
        ] {
            assert_eq!(read(&to, "@allowed.example").unwrap_err().to_string(), sentence);
        }
    }

    #[test]
    fn every_field_that_names_people_is_checked() {
        let (good, bad, none) = (list(&["a@allowed.example"]), list(&["v@evil.example"]), Addresses::default());
        let good_fields = Fields { from: None, to: &good, cc: &none, bcc: &none, reply_to: &none };
        let allowed = AllowList::parse("@allowed.example").unwrap();
        let sender = address("reports@sender.example").unwrap();
        for (fields, sender, passes) in [
            (good_fields, Some(&sender), true),
            (good_fields, None, false),
            (Fields { from: Some("b@allowed.example"), ..good_fields }, None, true),
            (Fields { from: Some("other@sender.example"), ..good_fields }, Some(&sender), false),
            (Fields { from: Some("reports@SENDER.example"), ..good_fields }, Some(&sender), true),
            (Fields { from: Some("v@evil.example"), ..good_fields }, Some(&sender), false),
            (Fields { to: &none, bcc: &good, ..good_fields }, Some(&sender), true),
            (Fields { to: &bad, ..good_fields }, Some(&sender), false),
            (Fields { cc: &bad, ..good_fields }, Some(&sender), false),
            (Fields { bcc: &bad, ..good_fields }, Some(&sender), false),
            (Fields { reply_to: &bad, ..good_fields }, Some(&sender), false),
        ] {
            assert_eq!(people(fields, sender, &allowed).is_ok(), passes, "{fields:?}");
        }
    }

    #[test]
    fn everybody_gets_the_mail_once() {
        let (to, copies, none) =
            (list(&["a@allowed.example", "b@allowed.example"]), list(&["A@ALLOWED.example"]), Addresses::default());
        let fields = Fields { from: Some("a@allowed.example"), to: &to, cc: &copies, bcc: &copies, reply_to: &none };
        let people = people(fields, None, &AllowList::parse("@allowed.example").unwrap()).unwrap();
        assert_eq!(people.recipients(), people.to);
        assert_eq!(people.hidden().count(), 0);
        let bcc = list(&["c@allowed.example", "b@allowed.example", "C@allowed.example"]);
        let people =
            super::people(Fields { bcc: &bcc, ..fields }, None, &AllowList::parse("@allowed.example").unwrap());
        assert_eq!(people.unwrap().hidden().map(ToString::to_string).collect::<Vec<_>>(), ["c@allowed.example"]);
    }

    #[test]
    fn the_setting_names_what_is_no_entry() {
        assert!(AllowList::parse(" , ").is_ok());
        for entry in ["example.com", "*", "@", "@*.example.com", "Name <a@example.com>"] {
            let error = AllowList::parse(&format!("@fine.example, {entry}")).unwrap_err();
            assert!(error.starts_with(&format!("{entry:?} is neither an address nor an @domain")), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_passes_is_plain(text in any::<String>(), near in "[a.@<>\"%\\[\\] \r\n\u{ff0e}é-]{0,20}@[a.é%\t-]{1,12}") {
            for text in [text, near] {
                if let Ok(address) = address(&text) {
                    let shown = address.to_string();
                    assert!(shown.bytes().all(|b| b.is_ascii_graphic()), "{shown}");
                    assert_eq!(shown.matches('@').count(), 1);
                    assert!(!shown.contains(['<', '>', '"', ',', ';', '(', ')', '[', ']', ':', '\\', '%']), "{shown}");
                }
            }
        }
    }
}
