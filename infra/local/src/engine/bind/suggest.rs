//! The known name that is nearest to an unknown one.

/// The sentence that proposes the nearest of `known` to `name`; empty where none is near.
pub(in crate::engine) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let distance = |candidate: &'a str| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate);
    let near = name.chars().count().min(60) / 3 + 1;
    match known.into_iter().filter(|candidate| candidate.len() < 200).map(distance).min() {
        Some((distance, nearest)) if distance <= near => format!(": did you mean '{nearest}'?"),
        _ => String::new(),
    }
}

/// How many characters have to be added, removed or replaced to make one name the other (Levenshtein).
fn distance(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (index, character) in first.chars().take(200).enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (column, other) in second.iter().enumerate() {
            let above = row.get(column + 1).copied().unwrap_or(usize::MAX);
            let value = (diagonal + usize::from(character != *other)).min(left + 1).min(above + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(column) {
                *cell = left;
            }
            left = value;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    #[test]
    fn distances() {
        for (first, second, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("a", "b", 1)]
        {
            assert_eq!(distance(first, second), expected, "{first} {second}");
        }
    }

    #[test]
    fn only_near_names_are_proposed() {
        assert_eq!(did_you_mean("Stat", ["State", "Count"]), ": did you mean 'State'?");
        assert_eq!(did_you_mean("wheer", ["where"]), ": did you mean 'where'?");
        assert_eq!(did_you_mean("xyz", ["State"]), "");
    }
}
