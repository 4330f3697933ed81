//! The command line of Liuwu as the tests of its documents run it: built together with them, so that it is never an old one.

use std::process::ExitCode;

fn main() -> ExitCode {
    liuwu::cli::main()
}
