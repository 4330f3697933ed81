//! The binary: reads the command line and hands over.

use std::process::ExitCode;

/// Scoring asks for many small pieces of memory on all cores at once, which this gives sooner and holds together better.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    liuwu::cli::main()
}
