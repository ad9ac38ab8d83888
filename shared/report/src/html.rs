//! Rendered HTML: fragments for mails and documents, everything escaped where it is put in.

pub mod figure;
pub mod table;

use crate::cell_text::clean;
use askama::{Template, filters::HtmlSafe};
use std::fmt;

/// HTML that a template of this crate has made, or that was given as HTML; the only thing a template takes without escaping it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// What `template` makes; nothing where it cannot be written, which a string never is.
    pub(crate) fn render(template: &impl Template) -> Self {
        let mut text = String::new();
        match template.render_into(&mut text) {
            Ok(()) => Self(text),
            Err(_) => Self::default(),
        }
    }

    /// Plain text as a paragraph, its line breaks kept.
    pub fn paragraph(text: &str) -> Self {
        Self::render(&figure::Paragraph { lines: text.lines().map(|line| clean(line).into_owned()).collect() })
    }

    /// HTML that was given, for instance with a request. It is put in as it is: whoever gives it answers for it.
    pub fn as_given(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Several fragments as one.
    pub fn joined(fragments: impl IntoIterator<Item = Self>) -> Self {
        Self(fragments.into_iter().map(|fragment| fragment.0).collect())
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The markup, by value.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl HtmlSafe for Html {}
