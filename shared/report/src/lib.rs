//! A result as JSON rows, CSV, HTML, text, SVG and PNG, pure.
