//! The program as the end-to-end tests start it: the same command line as the binary `liuwu`.

use std::process::ExitCode;

fn main() -> ExitCode {
    liuwu::cli::main()
}
