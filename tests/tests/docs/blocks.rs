//! The fenced blocks of a document, each with what stands behind its opening fence: ```` ```yaml file=first.yaml ````.

use std::path::{Path, PathBuf};

/// A block with its place in the document.
pub struct Block {
    /// The language: `yaml`, `console` …
    pub language: String,
    /// What is to be done with it: `file`, `change` …, with the name behind `=`.
    pub action: Option<(String, String)>,
    /// What stands in it, each line with its line break.
    pub text: String,
    /// The first line within it, counted from 0.
    pub first_line: usize,
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The blocks of a document, in order.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (index, line) in document.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(info) => {
                is_open = true;
                let (language, action) = info.split_once(' ').unwrap_or((info, ""));
                let action = action.split_once('=').map(|(word, name)| (word.to_owned(), name.to_owned()));
                blocks.push(Block {
                    language: language.to_owned(),
                    action,
                    text: String::new(),
                    first_line: index + 1,
                });
            }
            None if is_open => {
                let block = blocks.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!is_open, "a block is not closed");
    blocks
}

impl Block {
    /// The name behind an action, if this is the action of the block.
    pub fn named(&self, action: &str) -> Option<&str> {
        self.action.as_ref().filter(|(word, _)| word == action).map(|(_, name)| name.as_str())
    }
}
