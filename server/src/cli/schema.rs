//! `liuwu schema`: prints the JSON Schema of bundles.

use std::process::ExitCode;

use liuwu_engine::bundle::json_schema;

use super::terminal::Terminal;

pub(super) fn run(terminal: &Terminal) -> ExitCode {
    out!(terminal, "{:#}", json_schema());
    ExitCode::SUCCESS
}
