//! How each script of a bundle is run: compiled, or interpreted and why.

use liuwu_engine::diagnostic::Location;
use liuwu_engine::script::Manner;
use serde_json::{Value as Json, json};

use crate::cli::terminal::{self, Terminal};

/// A table of all scripts, and how many of each manner.
pub(super) fn print(manners: &[Manner], terminal: &Terminal) {
    let header = [
        terminal.say("行:列", "place"),
        terminal.say("脚本", "script"),
        terminal.say("键", "key"),
        terminal.say("执行方式", "run"),
    ];
    let mut table = terminal::table(header, 4..4);
    for manner in manners {
        let how = match &manner.obstacle {
            None => terminal.say("编译", "compiled").to_owned(),
            Some(why) => {
                let place = place(&why.location);
                terminal
                    .say(&format!("解释:{}({place})", why.zh), &format!("interpreted: {} ({place})", why.en))
                    .to_owned()
            }
        };
        let script = terminal.say(&manner.zh, &manner.en).to_owned();
        table.add_row([place(&manner.location), script, manner.key.to_owned(), how]);
    }
    terminal.print(&table.to_string());
    let compiled = manners.iter().filter(|manner| manner.obstacle.is_none()).count();
    let (all, left) = (manners.len(), manners.len() - compiled);
    terminal.print(terminal.say(
        &format!("{all} 个脚本:{compiled} 个编译,{left} 个解释执行;结果相同,只是快慢不同"),
        &format!(
            "{all} scripts: {compiled} compiled, {left} interpreted; the results are the same, only the speed differs"
        ),
    ));
}

/// Line and column; the file is named above the table.
fn place(location: &Location) -> String {
    match location {
        Location::Text { line, column, .. } => format!("{line}:{column}"),
        elsewhere => elsewhere.to_line(),
    }
}

/// One script.
pub(super) fn to_json(manner: &Manner) -> Json {
    let mut json = json!({
        "script": manner.zh,
        "script_en": manner.en,
        "key": manner.key,
        "location": manner.location,
        "compiled": manner.obstacle.is_none(),
    });
    if let (Some(why), Some(object)) = (&manner.obstacle, json.as_object_mut()) {
        object.insert("why".to_owned(), json!({"zh": why.zh, "en": why.en, "location": why.location}));
    }
    json
}
