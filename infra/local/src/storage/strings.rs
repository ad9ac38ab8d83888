//! Strings of a column, one after the other in one buffer.

/// A vector of strings in one buffer: 8 bytes and its text each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// No strings, with room for `capacity`.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { text: String::new(), ends: Vec::with_capacity(capacity) }
    }

    /// How many strings.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The string at `index`; empty where there is none.
    pub fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.text.get(start..*end)).unwrap_or("")
    }

    /// Adds a string.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// All strings in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// Adds all strings of `other`.
    pub fn append(&mut self, other: &Self) {
        let offset = self.text.len();
        self.text.push_str(&other.text);
        self.ends.extend(other.ends.iter().map(|end| end + offset));
    }

    /// Gives back memory that was set aside for more strings.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Bytes in use.
    pub fn size(&self) -> usize {
        self.text.len() + size_of_val(self.ends.as_slice())
    }
}

impl<'a> FromIterator<&'a str> for Strings {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut strings = Self::default();
        texts.into_iter().for_each(|text| strings.push(text));
        strings
    }
}

#[cfg(test)]
mod tests {
    use super::Strings;

    #[test]
    fn strings_are_kept_in_order() {
        let mut strings: Strings = ["a", "", "zoë"].into_iter().collect();
        strings.append(&["x"].into_iter().collect());
        assert_eq!(strings.iter().collect::<Vec<_>>(), ["a", "", "zoë", "x"]);
        assert_eq!(strings.get(9), "");
    }
}
