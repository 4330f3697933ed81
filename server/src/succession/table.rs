//! A table of changes to changes: rows of one merger share the code that is, rows of one split the code that was.
//!
//! Enters: a file and the list of units. Leaves: a batch with what the table announces, or every fault at its cell, all at once.
//! Next: [`crate::scoring`].

use std::collections::{BTreeMap, BTreeSet};

use liuwu_engine::codes::sheet::UNIT_CONTRADICTION;
use liuwu_engine::diagnostic::{Diagnostic, Location};
use liuwu_engine::dictionary::read::characters::comparable;
use liuwu_engine::period::Date;

use super::announcement::refusal_with;
use super::{About, Change, Kind, announce};
use crate::intake::UnitIndex;
use crate::intake::changes::{self, ChangeRow, ChangeTable};
use crate::intake::units::{NotFound, Written};
use crate::store::{NewBatch, UnitRow};

/// What a table announces.
#[derive(Debug, Clone)]
pub struct Tabled {
    /// The changes, by their days.
    pub changes: Vec<Change>,
    /// What the user should know about the file.
    pub remarks: Vec<Diagnostic>,
}

/// Reads a table and puts what it announces into a batch.
///
/// # Errors
/// Every fault of the file and of what it says, in the order of the rows.
pub fn prepare(
    (file, bytes): (&str, &[u8]),
    encoding: Option<&str>,
    units: &[UnitRow],
    today: Date,
    batch: &mut NewBatch,
) -> Result<Tabled, Vec<Diagnostic>> {
    let ChangeTable { rows, faults: unreadable, remarks } = changes::read(file, bytes, encoding)?;
    let index = UnitIndex::of_rows(units);
    let mut faults = Vec::new();
    let groups = in_order(grouped(&rows, today, &mut faults));
    let is_whole = faults.is_empty() && unreadable.is_empty();
    for group in &groups {
        group.compare_names(&index, &mut faults);
    }
    let changes: Vec<Change> = groups.iter().map(|group| group.change.clone()).collect();
    for misfit in announce(units, &changes, today, batch).err().unwrap_or_default() {
        // Where a row could not be read, what lacks a row of its own may lack just that one.
        if let Some(group) = groups.get(misfit.change).filter(|_| is_whole || misfit.about != About::Kind) {
            let (number, at) = group.place(&misfit.about);
            faults.push((number, misfit.fault.at(at)));
        }
    }
    faults.sort_by_key(|(number, _)| *number);
    let faults: Vec<Diagnostic> = unreadable.into_iter().chain(faults.into_iter().map(|(_, fault)| fault)).collect();
    if faults.is_empty() { Ok(Tabled { changes, remarks }) } else { Err(faults) }
}

/// Faults with the rows that they are in.
type Faults = Vec<(u32, Diagnostic)>;

/// The rows of one change.
struct Group<'r> {
    change: Change,
    /// Whether any row says its day.
    dated: bool,
    rows: Vec<&'r ChangeRow>,
}

/// Gathers the rows of each change.
fn grouped<'r>(rows: &'r [ChangeRow], today: Date, faults: &mut Faults) -> Vec<Group<'r>> {
    let mut groups: Vec<Group> = Vec::new();
    // By what happened and the code that is shared: the groups that have it, of which each has its day.
    let mut known: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for row in rows {
        let before = faults.len();
        let kind = kind_of(row, faults);
        for (part, title, en) in [(&row.old, "原区划代码", "old code"), (&row.new, "现区划代码", "new code")]
        {
            if part.text.is_empty() {
                let remedy = ["填写12位区划代码", "write the 12-digit code"];
                let fault = refusal_with(format!("没有填写{title}"), format!("the {en} is missing"), remedy);
                faults.push((row.number, fault.at(part.at.clone())));
            }
        }
        let Some(kind) = kind.filter(|_| faults.len() == before) else { continue };
        let shared = match kind {
            Kind::Merged => Some((kind.zh(), row.new.text.as_str())),
            Kind::Split => Some((kind.zh(), row.old.text.as_str())),
            Kind::Recoded => None,
        };
        let others = shared.map(|shared| known.entry(shared).or_default());
        let belongs = |place: &&usize| {
            groups
                .get(**place)
                .is_some_and(|group| !group.dated || row.from.is_none_or(|from| group.change.from == from))
        };
        let place = others.as_ref().and_then(|places| places.iter().find(belongs).copied());
        match place.and_then(|place| groups.get_mut(place)) {
            Some(group) => group.join(row),
            None => {
                if let Some(places) = others {
                    places.push(groups.len());
                }
                groups.push(Group::of(kind, row, today));
            }
        }
    }
    groups
}

/// Changes in the order in which they can have happened: day by day, and on one day whatever makes a unit before what it becomes.
fn in_order(mut groups: Vec<Group>) -> Vec<Group> {
    groups.sort_by_key(|group| group.change.from);
    let makers = groups.iter().enumerate().flat_map(|(place, group)| {
        let made = group.change.new.iter().filter(|(code, _)| !group.change.old.contains(code));
        made.map(move |(code, _)| ((group.change.from, code.clone()), place))
    });
    let makers: BTreeMap<(Date, String), usize> = makers.collect();
    let mut order: Vec<usize> = Vec::new();
    let mut seen = BTreeSet::new();
    for first in 0..groups.len() {
        let mut waiting = vec![(first, false)];
        while let Some((place, is_ready)) = waiting.pop() {
            if is_ready {
                order.push(place);
            } else if let Some(group) = groups.get(place).filter(|_| seen.insert(place)) {
                waiting.push((place, true));
                let makers = group.change.old.iter().filter_map(|code| makers.get(&(group.change.from, code.clone())));
                waiting.extend(makers.map(|maker| (*maker, false)));
            }
        }
    }
    let mut groups: Vec<Option<Group>> = groups.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| groups.get_mut(place).and_then(Option::take)).collect()
}

fn kind_of(row: &ChangeRow, faults: &mut Faults) -> Option<Kind> {
    let kind = match comparable(&row.what.text).as_str() {
        "合并" | "撤并" | "并入" | "merged" => Some(Kind::Merged),
        "拆分" | "分设" | "析置" | "split" => Some(Kind::Split),
        "改码" | "更名" | "改码(更名)" | "更名(改码)" | "改代码" | "变更代码" | "改用新代码" | "recoded" => {
            Some(Kind::Recoded)
        }
        _ => None,
    };
    if kind.is_none() {
        let given = &row.what.text;
        let fault = refusal_with(
            format!("变更种类应填合并、拆分或改码,现为「{given}」"),
            format!("the change is 合并 (merged), 拆分 (split) or 改码 (recoded), found `{given}`"),
            ["改填其中之一", "write one of the three"],
        );
        faults.push((row.number, fault.at(row.what.at.clone())));
    }
    kind
}

impl<'r> Group<'r> {
    fn of(kind: Kind, row: &'r ChangeRow, today: Date) -> Group<'r> {
        Group {
            change: Change {
                kind,
                from: row.from.unwrap_or(today),
                old: vec![row.old.text.clone()],
                new: vec![(row.new.text.clone(), named(&row.new_name.text))],
            },
            dated: row.from.is_some(),
            rows: vec![row],
        }
    }

    /// Adds another row of the same merger or split.
    fn join(&mut self, row: &'r ChangeRow) {
        if let (false, Some(from)) = (self.dated, row.from) {
            (self.change.from, self.dated) = (from, true);
        }
        let name = named(&row.new_name.text);
        match (self.change.kind, self.change.new.first_mut()) {
            (Kind::Merged, Some((_, first))) => {
                self.change.old.push(row.old.text.clone());
                *first = first.take().or(name);
            }
            _ => self.change.new.push((row.new.text.clone(), name)),
        }
        self.rows.push(row);
    }

    /// The row and the cell of a part of the change: the last that says it, since it is a repetition that may be wrong.
    fn place(&self, about: &About) -> (u32, Location) {
        let cell = |row: &ChangeRow| {
            let part = match about {
                About::Kind => &row.what,
                About::From => return (row.number, row.from_at.clone()),
                About::Old(code) if row.old.text == *code => &row.old,
                About::New(code) if row.new.text == *code => &row.new,
                About::Name(code) if row.new.text == *code => &row.new_name,
                _ => return (0, Location::Nowhere),
            };
            (row.number, part.at.clone())
        };
        let mut cells = self.rows.iter().map(|row| cell(row)).filter(|(number, _)| *number > 0);
        let found = match about {
            About::Kind | About::From => cells.next(),
            _ => cells.next_back(),
        };
        found.unwrap_or((0, Location::Nowhere))
    }

    /// Names that are not those of the codes beside them, and two names for one new unit.
    fn compare_names(&self, index: &UnitIndex, faults: &mut Faults) {
        let mut names: BTreeMap<&str, &ChangeRow> = BTreeMap::new();
        for row in &self.rows {
            for (code, name) in [(&row.old, &row.old_name), (&row.new, &row.new_name)] {
                if name.text.is_empty() {
                    continue;
                }
                let written =
                    Written { code: Some(code.text.clone()), name: Some(name.text.clone()), ..Written::default() };
                // A code that is not listed is new, or named as unknown with its own cell.
                if let Err(NotFound::Contradiction { actual }) = index.find(None, &written) {
                    let fault = Diagnostic::new(&UNIT_CONTRADICTION)
                        .with("code", &code.text)
                        .with("actual", actual)
                        .with("name", &name.text);
                    faults.push((row.number, fault.at(name.at.clone())));
                }
            }
            if row.new_name.text.is_empty() {
                continue;
            }
            let first = names.entry(&row.new.text).or_insert(row);
            if comparable(&first.new_name.text) != comparable(&row.new_name.text) {
                let (number, code) = (first.number, &row.new.text);
                let fault = refusal_with(
                    format!("「{code}」的现名称与第{number}行写的不同"),
                    format!("row {number} gives `{code}` another name"),
                    ["核对后改成一致", "check them and write the same"],
                );
                faults.push((row.number, fault.at(row.new_name.at.clone())));
            }
        }
    }
}

fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use liuwu_engine::period::parse_date;
    use rust_xlsxwriter::{Format, Workbook};

    use super::*;

    fn rows() -> Vec<UnitRow> {
        let row = |id: &str, name: &str| UnitRow {
            id: id.into(),
            level: "village".into(),
            name: name.into(),
            parent: Some("330381101000".into()),
        };
        vec![row("330381101701", "上岙村"), row("330381101702", "前垟村"), row("330381101703", "后垟村")]
    }

    fn announced(file: &str, bytes: &[u8]) -> Result<Tabled, Vec<Diagnostic>> {
        let mut batch = NewBatch::new("2020-12-31T00:00:00Z".parse().unwrap(), "t", "");
        prepare((file, bytes), None, &rows(), parse_date("2020-12-31").unwrap(), &mut batch)
    }

    #[test]
    fn cells_that_are_merged_over_the_rows_of_a_merger_hold_for_each_and_codes_may_be_numbers() {
        let plain = Format::new();
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 0, 0, 5, "2020年区划变更表", &plain).unwrap();
        for (column, title) in (0..).zip(["变更种类", "生效日期", "原区划代码", "原名称", "现区划代码", "现名称"])
        {
            sheet.write(1, column, title).unwrap();
        }
        sheet.merge_range(2, 0, 3, 0, "合并", &plain).unwrap();
        sheet.merge_range(2, 1, 3, 1, "2020-06-01", &plain).unwrap();
        sheet.write(2, 2, 330_381_101_701_i64).unwrap();
        sheet.write(3, 2, 330_381_101_702_i64).unwrap();
        sheet.merge_range(2, 4, 3, 4, "330381101705", &plain).unwrap();
        sheet.merge_range(2, 5, 3, 5, "新岙村", &plain).unwrap();
        let tabled = announced("区划变更.xlsx", &book.save_to_buffer().unwrap()).unwrap();
        let [change] = tabled.changes.as_slice() else { panic!("{:?}", tabled.changes) };
        assert_eq!((change.kind, change.from), (Kind::Merged, parse_date("2020-06-01").unwrap()));
        assert_eq!(change.old, ["330381101701", "330381101702"]);
        assert_eq!(change.new, [("330381101705".to_owned(), Some("新岙村".to_owned()))]);
    }

    #[test]
    fn changes_that_follow_each_other_may_stand_in_any_order() {
        let table = "变更种类,变更日期,原代码,原名称,现代码,现名称\n\
                     改码,2020-08-01,330381101705,,330381101706,新岙社区\n\
                     拆分,2020-07-01,330381101703,,330381101708,东垟村\n\
                     合并,2020-06-01,330381101701,,330381101705,新岙村\n\
                     拆分,2020-07-01,330381101703,,330381101709,西垟村\n\
                     合并,2020-06-01,330381101702,,330381101705,\n";
        let changes = announced("区划变更.csv", table.as_bytes()).unwrap().changes;
        let kinds: Vec<Kind> = changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [Kind::Merged, Kind::Split, Kind::Recoded]);
        assert_eq!(changes[1].new.len(), 2);
    }

    #[test]
    fn of_changes_of_one_day_those_that_make_a_unit_come_before_what_becomes_of_it() {
        let table = "变更种类,变更日期,原代码,原名称,现代码,现名称\n\
                     改码,2020-06-01,330381101707,,330381101710,新岙社区\n\
                     改码,2020-06-01,330381101705,,330381101707,新岙社区\n\
                     合并,2020-06-01,330381101701,,330381101705,新岙村\n\
                     合并,2020-06-01,330381101702,,330381101705,\n\
                     合并,2020-06-01,330381101711,,330381101712,前垟社区\n\
                     合并,2020-06-01,330381101710,,330381101712,前垟社区\n\
                     拆分,2020-06-01,330381101703,,330381101711,东垟村\n\
                     拆分,2020-06-01,330381101703,,330381101713,西垟村\n";
        let changes = announced("区划变更.csv", table.as_bytes()).unwrap().changes;
        let place = |code: &str| changes.iter().position(|change| change.new[0].0.ends_with(code)).unwrap();
        assert!(place("705") < place("707") && place("707") < place("710"));
        assert!(place("710") < place("712") && place("711") < place("712"));
    }

    #[test]
    fn a_day_that_cannot_be_read_is_one_fault_and_not_one_of_the_whole_merger() {
        let table = "变更种类,生效日期,原区划代码,现区划代码,现名称\n\
                     合并,六月,330381101701,330381101705,新岙村\n\
                     合并,2020-06-01,330381101702,330381101705,\n";
        let faults = announced("区划变更.csv", table.as_bytes()).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}
