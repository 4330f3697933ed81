//! The files as a reader finds them.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::super::lists::LISTS;
use super::super::sheet::hand_in;
use super::super::table::{Cell, Place};
use super::super::totals::{YEARS, Year};
use super::super::tree::Tree;
use super::super::world::World;
use super::super::{Options, SampleError, write};
use super::{Told, city, list_of};

type Tested = Result<(), Box<dyn Error>>;

const BUNDLE: &str = include_str!("../../../../rules/ruian-six-no/2020.yaml");

#[test]
fn titles_keys_and_words_are_those_of_the_bundle() {
    let world = World::new(Tree::invented(60, 1), 1);
    for list in &LISTS {
        let kind = list.kind;
        let heading = if kind.id == "attributes" { "\nattributes:\n".to_owned() } else { format!("\n  {}:", kind.id) };
        let start = BUNDLE.find(&heading).unwrap_or_else(|| panic!("the bundle has no {}", kind.id)) + heading.len();
        let section = BUNDLE[start..].split("\n\n").next().unwrap_or_default();
        if kind.id != "attributes" {
            assert!(section.contains(&format!("title: {}\n", kind.title)), "{}", kind.title);
            assert!(section.contains(&format!("date: {{title: {}}}", kind.date)), "{}", kind.date);
            assert_eq!(section.contains("\n    of: town"), kind.of_town, "{}", kind.id);
        }
        let fields = section.split_once("\n    fields:\n").map_or(section, |(_, fields)| fields);
        for column in kind.columns {
            let at = fields.find(&format!(" {}:", column.key)).unwrap_or_else(|| panic!("{}.{}", kind.id, column.key));
            let rest = &fields[at..];
            let title =
                rest.split_once("title: ").map(|(_, rest)| rest.split([',', '}', '\n']).next().unwrap_or_default());
            assert_eq!(title, Some(column.title), "{}.{}", kind.id, column.key);
        }
        for year in YEARS {
            let rows = Told::of(&world, kind.id, year).rows;
            let words = rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell {
                Cell::Choice(choice) => Some(format!("{}: {}", choice.key, choice.title)),
                _ => None,
            });
            for word in words.collect::<BTreeSet<String>>() {
                assert!(section.contains(&word), "{}: {word}", kind.id);
            }
        }
    }
}

#[test]
fn the_fire_brigade_owes_december_for_two_towns_and_nothing_else() -> Tested {
    let world = city();
    let folder = tempfile::tempdir()?;
    write(folder.path(), &Options::default())?;
    let said = fs::read_to_string(folder.path().join("handed_in.csv"))?;
    let december: Vec<&str> =
        said.lines().filter(|line| line.starts_with("fire,") && line.contains("2020-12-01")).collect();
    assert_eq!(december.len(), 21);
    assert!(
        !december.iter().any(|line| line.contains("330381221000") || line.contains("330381222000")),
        "芳庄乡, 北麂乡"
    );
    for list in LISTS.iter().filter(|list| !matches!(list.kind.id, "fire" | "attributes")) {
        for year in [2019, 2020] {
            let whole = format!("{},330381000000,{year}-01-01,{year}-12-31,", list.kind.id);
            assert!(said.contains(&whole), "{whole}");
        }
    }
    let fires = Told::of(&world, "fire", Year::This);
    let silent = fires.rows.iter().filter(|row| match row.place {
        Place::Village(place) => row.date.month() == 12 && world.planted.is_unreported(world.tree.villages[place].town),
        Place::Town(_) => true,
    });
    assert_eq!(silent.count(), 0);
    let waiting = world.tree.villages.iter().filter(|leaf| world.planted.is_unreported(leaf.town));
    assert_eq!(waiting.count(), 12);
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() -> Tested {
    let [first, again, other] = [tempfile::tempdir()?, tempfile::tempdir()?, tempfile::tempdir()?];
    let options = Options { villages: Some(60), ..Options::default() };
    write(first.path(), &options)?;
    write(again.path(), &options)?;
    write(other.path(), &Options { seed: 7, ..options })?;
    let mut differ = 0;
    for entry in fs::read_dir(first.path())? {
        let name = entry?.file_name();
        let bytes = fs::read(first.path().join(&name))?;
        assert!(bytes == fs::read(again.path().join(&name))?, "{} differs", name.display());
        differ += usize::from(fs::read(other.path().join(&name)).ok().as_ref() != Some(&bytes));
    }
    assert!(differ > 20, "another seed changes only {differ} files");
    Ok(())
}

#[test]
fn every_file_says_that_it_is_invented() -> Tested {
    let folder = tempfile::tempdir()?;
    let summary = write(folder.path(), &Options { villages: Some(60), ..Options::default() })?;
    for file in &summary.files {
        if file.path.extension().is_some_and(|extension| extension == "xlsx") {
            let mut book: Xlsx<_> = open_workbook(&file.path)?;
            let remark = book.worksheet_range("说明")?;
            assert_eq!(
                remark.get_value((0, 0)),
                Some(&Data::String("演示数据,纯属虚构".to_owned())),
                "{}",
                file.name()
            );
        } else {
            assert!(file.name().contains("演示数据"), "{}", file.name());
        }
    }
    Ok(())
}

#[test]
fn the_list_of_hazards_has_merged_cells_and_a_sum() -> Tested {
    let folder = tempfile::tempdir()?;
    let handed_in = hand_in(&city(), list_of("hazard"), folder.path(), 1000)?;
    assert_eq!(handed_in.files.len(), 1);
    let mut book: Xlsx<_> = open_workbook(&handed_in.files[0].path)?;
    let merged = book.merge_cells_by_sheet_name("重大隐患挂牌台账")?;
    let tall = merged.iter().filter(|cell| cell.start.0 > 2 && cell.end.0 > cell.start.0);
    assert!(tall.count() > 10, "villages with several hazards take several rows");
    let sheet = book.worksheet_range("重大隐患挂牌台账")?;
    let text = |row, column| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
    assert_eq!((text(1, 0), text(2, 0), text(2, 1)), ("所在村社".to_owned(), "镇街".to_owned(), "村社".to_owned()));
    assert_eq!((text(125, 0), text(125, 2)), ("合计".to_owned(), "122处".to_owned()));
    Ok(())
}

#[test]
fn disputes_come_in_gb18030_and_can_be_read_back() -> Tested {
    let folder = tempfile::tempdir()?;
    let handed_in = hand_in(&city(), list_of("dispute"), folder.path(), 20_000)?;
    let bytes = fs::read(&handed_in.files[0].path)?;
    assert!(std::str::from_utf8(&bytes).is_err());
    let (text, _, malformed) = encoding_rs::GB18030.decode(&bytes);
    assert!(!malformed);
    assert!(text.starts_with("镇街,村社,登记日期,编号,当事人,"));
    assert_eq!(text.lines().count() as u64, 1 + handed_in.rows.iter().sum::<u64>());
    Ok(())
}

#[test]
fn a_list_too_long_for_a_workbook_becomes_csv_with_all_its_rows() -> Tested {
    let folder = tempfile::tempdir()?;
    let handed_in = hand_in(&city(), list_of("fire"), folder.path(), 100)?;
    let text = fs::read_to_string(&handed_in.files[0].path)?;
    assert!(text.starts_with("\u{feff}区划代码,镇街,村社,发生日期,编号,"), "{:?}", text.lines().next());
    assert_eq!(text.lines().count(), 1 + 452 + 371);
    Ok(())
}

#[test]
fn a_tree_that_was_given_carries_codes_and_a_warning_and_names_no_one() -> Tested {
    let folder = tempfile::tempdir()?;
    let tree = folder.path().join("tree.csv");
    let mut rows = String::from("code,name,level,parent\n110000000000,甲县,county,\n");
    for town in 1..=5 {
        rows += &format!("11000000{town}000,镇{town},town,110000000000\n");
        for village in 1..=9 {
            rows += &format!("11000000{town}00{village},村{village},village,11000000{town}000\n");
        }
    }
    fs::write(&tree, rows)?;
    let out = folder.path().join("out");
    let summary = write(&out, &Options { divisions: Some(tree.clone()), ..Options::default() })?;
    assert_eq!((summary.towns, summary.villages), (5, 45));
    assert_eq!(summary.notes.len(), 1, "{:?}", summary.notes);
    let readme = fs::read_to_string(out.join("README.md"))?;
    assert!(readme.contains("严禁") && readme.contains("never publish") && !readme.contains("一票否决"));
    let mut book: Xlsx<_> = open_workbook(out.join("火灾.xlsx"))?;
    let sheet = book.worksheet_range("2020年")?;
    assert!(sheet.rows().any(|row| row.contains(&Data::String("区划代码".to_owned()))));
    let both = write(&out, &Options { divisions: Some(tree), villages: Some(3), ..Options::default() });
    assert!(matches!(both, Err(SampleError::Contradiction)));
    Ok(())
}

#[test]
fn a_handful_of_villages_is_enough() -> Tested {
    for villages in [1, 2, 7, 30] {
        let folder = tempfile::tempdir()?;
        let summary = write(folder.path(), &Options { villages: Some(villages), ..Options::default() })?;
        assert_eq!(summary.villages, villages as usize);
        assert!(folder.path().join("火灾.xlsx").exists());
    }
    Ok(())
}
