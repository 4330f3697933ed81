//! The tutorial, followed word for word.
//!
//! Its blocks say what the reader does: `file=NAME` writes a file, `append=NAME` adds to it, `change=NAME` takes the lines with `-`
//! away and puts those with `+` in their place, `mistake=NAME` does so until the next commands have run, `result=UNIT` is part of
//! what `--format json` says of a unit. Commands stand in `console` blocks behind `$ `, with all that they print.
//! Set `UPDATE_DOCS` to anything to write anew what the commands print.

use std::fs;

use serde_json::Value as Json;

use super::blocks::{Block, blocks, root};
use super::desk::Desk;

const TUTORIAL: &str = "docs/tutorial.md";
const UPDATE: &str = "UPDATE_DOCS";

/// What happened while the tutorial was followed.
#[derive(Default)]
struct Course {
    /// The document with what the commands really print.
    as_printed: Vec<String>,
    /// How many commands were run, results compared, mistakes made.
    counts: [usize; 3],
}

#[test]
fn whoever_follows_the_tutorial_sees_what_it_says() {
    let path = root().join(TUTORIAL);
    let document = fs::read_to_string(&path).unwrap();
    let course = follow(&document);
    let printed: String = course.as_printed.iter().map(|line| format!("{line}\n")).collect();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, &printed).unwrap();
    } else {
        compare_lines(&document, &printed);
    }
    let [commands, results, mistakes] = course.counts;
    assert!(commands >= 14 && results >= 2 && mistakes == 10, "{:?}", course.counts);
}

fn compare_lines(document: &str, printed: &str) {
    let differing = document.lines().zip(printed.lines()).enumerate().find(|(_, (shown, real))| shown != real);
    if let Some((index, (shown, real))) = differing {
        panic!("{TUTORIAL}:{}: shown is\n{shown}\nprinted is\n{real}\n{UPDATE}=1 writes it anew", index + 1);
    }
    assert_eq!(document.lines().count(), printed.lines().count(), "{TUTORIAL}: {UPDATE}=1 writes it anew");
}

fn follow(document: &str) -> Course {
    let desk = Desk::new();
    let lines: Vec<&str> = document.lines().collect();
    let mut course = Course::default();
    let mut told = 0;
    let mut assess: Option<String> = None;
    let mut mistaken: Option<(String, String)> = None;
    for block in blocks(document) {
        course.as_printed.extend(lines[told..block.first_line].iter().map(|line| (*line).to_owned()));
        told = block.first_line + block.text.lines().count();
        let shown = block.text.lines().map(str::to_owned);
        match block.language.as_str() {
            "console" => {
                let commands: Vec<&str> = block.text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
                for command in &commands {
                    course.as_printed.push(format!("$ {command}"));
                    course.as_printed.extend(desk.run(command).lines().map(str::to_owned));
                }
                course.counts[0] += commands.len();
                let last = commands.into_iter().rfind(|command| command.starts_with("liuwu assess"));
                assess = last.map(str::to_owned).or(assess);
                if let Some((name, text)) = mistaken.take() {
                    desk.write(&name, &text);
                }
                continue;
            }
            "json" if block.named("result").is_some() => {
                compare_result(&desk, assess.as_deref().unwrap(), &block);
                course.counts[1] += 1;
            }
            _ => act(&desk, &block, &mut mistaken),
        }
        course.counts[2] += usize::from(block.named("mistake").is_some());
        course.as_printed.extend(shown);
    }
    course.as_printed.extend(lines[told..].iter().map(|line| (*line).to_owned()));
    course
}

/// Does what a block says to the files on the desk.
fn act(desk: &Desk, block: &Block, mistaken: &mut Option<(String, String)>) {
    if let Some(name) = block.named("file") {
        desk.write(name, &block.text);
    } else if let Some(name) = block.named("append") {
        desk.write(name, &format!("{}{}", desk.read(name), block.text));
    } else if let Some(name) = block.named("change") {
        desk.change(name, &block.text);
    } else if let Some(name) = block.named("mistake") {
        assert!(mistaken.is_none(), "no command has shown the mistake before line {}", block.first_line);
        *mistaken = Some((name.to_owned(), desk.read(name)));
        desk.change(name, &block.text);
    } else {
        panic!("{TUTORIAL}:{}: nothing is done with this block", block.first_line);
    }
}

/// What a block shows of the result of a unit must be in what the last assessment says of it.
fn compare_result(desk: &Desk, assess: &str, block: &Block) {
    let unit = block.named("result").unwrap();
    let printed = desk.run(&format!("{assess} --format json"));
    let results = printed.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let result = results.into_iter().find(|result| result["unit"] == unit).unwrap();
    let shown: Json = serde_json::from_str(&block.text).unwrap();
    for (key, value) in shown.as_object().unwrap() {
        assert_eq!(&result[key], value, "{TUTORIAL}:{}: {key} of {unit}", block.first_line);
    }
}
