//! Numbers as people read them.

/// `value` with exactly `decimals` digits after the point, thousands separated, a real minus sign.
pub(crate) fn grouped(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut text = String::new();
    if value < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        text.push('\u{2212}');
    }
    text.push_str(&separated(whole));
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A run of digits with a comma before every third from the right.
fn separated(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A whole number, thousands separated.
pub(crate) fn count(number: u64) -> String {
    separated(&number.to_string())
}

/// Powers of ten for what is too small or too large to be written out.
pub(crate) fn scientific(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
    format!("{digits}e{power}").replace('-', "\u{2212}")
}

#[cfg(test)]
mod tests {
    use super::{count, grouped, scientific};

    #[test]
    fn thousands_are_separated_and_minus_is_a_minus() {
        assert_eq!([count(0), count(999), count(1_000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([grouped(-1_234.56, 1), grouped(-0.001, 1), grouped(0.5, 0)], ["−1,234.6", "0.0", "0"]);
        assert_eq!([scientific(1e300, 2), scientific(-2.50e-9, 2)], ["1e300", "−2.5e−9"]);
    }
}
