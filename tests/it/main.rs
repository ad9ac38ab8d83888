//! Tests across crates, through the surfaces that users touch.

mod architecture;
