//! Reads text of a fixed form from left to right.

/// What is left to read.
pub(super) struct Reader<'t>(pub(super) &'t str);

impl Reader<'_> {
    /// Takes one of `marks`, and says which; none where the text goes on otherwise.
    pub(super) fn mark(&mut self, marks: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|first| marks.contains(first))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }

    /// Takes up to `most` digits; none where fewer than `least` come next.
    pub(super) fn digits(&mut self, least: usize, most: usize) -> Option<&str> {
        let count = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(count);
        self.0 = rest;
        (count >= least).then_some(digits)
    }

    /// Takes a number of `least` to `most` digits that is at most `limit`.
    pub(super) fn number<N: std::str::FromStr + PartialOrd + Copy>(
        &mut self,
        least: usize,
        most: usize,
        limit: N,
    ) -> Option<N> {
        self.digits(least, most)?.parse().ok().filter(|number| *number <= limit)
    }

    /// Takes `:mm` or `:mm:ss` or `:mm:ss.fffffff`: minutes, seconds and ticks of 100 ns.
    pub(super) fn after_hours(&mut self) -> Option<(i8, i8, i32)> {
        self.mark(&[':'])?;
        let minutes = self.number(2, 2, 59)?;
        if self.mark(&[':']).is_none() {
            return Some((minutes, 0, 0));
        }
        let seconds = self.number(2, 2, 59)?;
        let ticks = if self.mark(&['.']).is_some() { format!("{:0<7}", self.digits(1, 7)?).parse().ok()? } else { 0 };
        Some((minutes, seconds, ticks))
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}
