//! The desk of somebody who follows a document: a folder with the files written so far, and the command line.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// A folder of files, empty at first.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: TempDir::new().unwrap() }
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|_| panic!("{name} has not been written yet"))
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Changes the lines of a file as a block with `-` and `+` says; the lines that it names must stand there exactly once.
    pub fn change(&self, name: &str, change: &str) {
        let without = |sign: char| -> String {
            let lines = change.lines().filter(|line| !line.starts_with(sign));
            lines.map(|line| format!("{}\n", line.get(1..).unwrap_or_default())).collect()
        };
        let (old, new, text) = (without('+'), without('-'), self.read(name));
        assert_eq!(text.matches(&old).count(), 1, "{name} does not hold once:\n{old}");
        self.write(name, &text.replace(&old, &new));
    }

    /// What a command line beginning with `liuwu` prints, messages and results in the order in which they come.
    pub fn run(&self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (program, arguments) = words.split_first().unwrap();
        assert_eq!(*program, "liuwu", "{line}");
        let printed = self.path(".printed");
        let out = fs::File::create(&printed).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_liuwu-under-test"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("LIUWU_LANG").env("NO_COLOR", "1");
        command.stderr(out.try_clone().unwrap()).stdout(out).status().unwrap();
        let printed = fs::read_to_string(printed).unwrap();
        printed.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
