//! What the compiler cannot hold: the direction of imports, the size of files, documents that are current.
//!
//! Each module looks at the files of the project and names every fault at once, with its place. Next: [`tree`].

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

mod tree;
mod imports;
mod files;
mod generated;
mod documents;
mod bundles;
mod assets;
