//! What the compiler cannot hold: the direction of imports, the size of files, documents that are current.
//!
//! Each module looks at the files of the project and names every fault at once, with its place. Next: [`tree`].

mod tree;
mod imports;
mod files;
mod generated;
mod documents;
mod bundles;
mod assets;
