//! What the documents for policy officers show is what happens: every file of the tutorial is written and every command run,
//! every recipe stands in a bundle that passes its cases, and the invented standards come out as worked out by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod blocks;
mod cookbook;
mod desk;
mod invented;
mod tutorial;
