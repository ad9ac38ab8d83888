//! What may have been meant by a name that is not there.

use strsim::damerau_levenshtein;

/// How many names are listed.
pub(crate) const MOST: usize = 5;

/// Characters of a name that are compared: the distance takes time and memory by the product of two lengths, and a caller chooses one.
const COMPARED: usize = 64;

/// What there is in place of `wanted`, the nearest first, as the end of a sentence.
pub(crate) fn near(wanted: &str, mut names: Vec<String>) -> String {
    let wanted = compared(wanted);
    names.sort_by_cached_key(|name| damerau_levenshtein(&wanted, &compared(name)));
    match names.len() {
        0 => "there is no other".to_owned(),
        1 => format!("there is {}", names[0]),
        2..=MOST => format!("there are {}", names.join(", ")),
        all => format!("there are {all}, the nearest are {}", names[..MOST].join(", ")),
    }
}

fn compared(name: &str) -> String {
    name.chars().take(COMPARED).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn the_nearest_come_first() {
        let near = |wanted: &str, names: &[&str]| near(wanted, names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(near("a", &[]), "there is no other");
        assert_eq!(near("a", &["A"]), "there is A");
        assert_eq!(near("SecurityLogs", &["Samples", "securitylogs"]), "there are securitylogs, Samples");
        assert_eq!(
            near("Smaples", &["5", "4", "3", "2", "1", "Samples"]),
            "there are 6, the nearest are Samples, 5, 4, 3, 2"
        );
    }

    #[test]
    fn long_names_take_no_longer() {
        let wanted = "a".repeat(200_000);
        let names = (0..200).map(|index| format!("{index}{}", "b".repeat(20_000))).collect();
        assert!(near(&wanted, names).starts_with("there are 200, the nearest are "));
    }
}
