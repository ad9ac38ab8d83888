//! A result as JSON rows, CSV, HTML, text, SVG and PNG, pure.

pub mod answer;
pub mod chart;
pub mod document;
pub mod html;
pub mod instant;
pub mod mail;
pub mod picture;
pub mod png;
pub mod rows;
pub mod visual;

mod cell_text;
mod fonts;
mod number;
