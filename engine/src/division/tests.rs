use proptest::prelude::*;

use super::*;

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// Rows of `code,name,level,parent`, numbered from line 2 as below a heading.
fn rows(text: &str) -> Vec<RawDivision> {
    let numbered = text.lines().map(str::trim).filter(|line| !line.is_empty()).zip(2..);
    numbered
        .map(|(row, line)| {
            let mut cells = row.split(',').map(str::to_owned);
            RawDivision {
                code: cells.next().unwrap_or_default(),
                name: cells.next().unwrap_or_default(),
                level: cells.next(),
                parent: cells.next(),
                line,
            }
        })
        .collect()
}

const EXCERPT: &str = "
    330381101203,上岙村委会,village,330381101000
    330381000000,瑞安市,county,
    330381001000,安阳街道,town,330381000000
    330381101000,塘下镇,town,330381000000
    330381001001,兴隆社区,village,330381001000
    330381101202,下村村委会,village,330381101000
    330381007000,莘塍街道,town,330381000000
    330381007202,下村村委会,village,330381007000
    330381101203-1,第一网格,grid,330381101203
    330381101203-001-014,第十四微网格,micro_grid,330381101203-001
";

fn tree() -> DivisionTree {
    DivisionTree::build(rows(EXCERPT)).unwrap()
}

fn codes<'tree>(divisions: impl Iterator<Item = &'tree Division>) -> Vec<&'tree str> {
    divisions.map(Division::code).collect()
}

/// The faults of rows, as text.
fn faults(text: &str) -> Vec<String> {
    DivisionTree::build(rows(text)).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_code_knows_its_level_and_what_it_lies_in() {
    let mut lineage = vec![];
    let mut next = Some(code("330381101203"));
    while let Some(code) = next {
        lineage.push((code.to_string(), code.level()));
        next = code.parent();
    }
    let expected = [
        ("330381101203", Level::Village),
        ("330381101000", Level::Town),
        ("330381000000", Level::County),
        ("330300000000", Level::City),
        ("330000000000", Level::Province),
    ];
    assert_eq!(lineage, expected.map(|(code, level)| (code.to_owned(), level)));
    assert!(code("330381101203").is_within(code("330381000000")));
    assert!(code("330381101203").is_within(code("330381101203")));
    assert!(!code("330381101203").is_within(code("330381001000")));
    assert!(!code("330381000000").is_within(code("330381101203")));
}

#[test]
fn cities_without_counties_hold_their_towns() {
    let village = code("441900003001");
    assert_eq!(village.level(), Level::Village);
    let town = village.parent().unwrap();
    assert_eq!((town, town.parent()), (code("441900003000"), Some(code("441900000000"))));
    assert!(village.is_within(code("441900000000")));
}

#[test]
fn a_code_with_a_fault_is_refused() {
    for text in ["", "33038110120", "3303811012033", "33038110120a", "３30381101203", "330381-01203", " 330381101203"]
    {
        assert!(matches!(Code::parse(text), Err(DivisionError::NotTwelveDigits { .. })), "{text}");
    }
    for text in ["000000000000", "100000000000", "990381101203", "160000000000"] {
        assert!(matches!(Code::parse(text), Err(DivisionError::NoSuchProvince { .. })), "{text}");
    }
    for (text, missing, lower) in [
        ("330381000001", Level::Town, Level::Village),
        ("330300101000", Level::County, Level::Town),
        ("330081000000", Level::City, Level::County),
        ("330000000001", Level::City, Level::Village),
        ("441900000001", Level::Town, Level::Village),
    ] {
        assert_eq!(Code::parse(text), Err(DivisionError::Gap { given: text.to_owned(), missing, lower }));
    }
    let message = Code::parse("330381000001").unwrap_err().to_string();
    assert_eq!(message, "`330381000001` names a village without a town: the digits of the town are all zero");
}

#[test]
fn grids_lie_under_a_village_and_micro_grids_under_a_grid() {
    let micro = DivisionId::parse("330381101203-1-14").unwrap();
    assert_eq!((micro.to_string().as_str(), micro.level()), ("330381101203-001-014", Level::MicroGrid));
    let grid = micro.parent().unwrap();
    assert_eq!((grid.to_string().as_str(), grid.level()), ("330381101203-001", Level::Grid));
    assert_eq!(grid.parent().unwrap().to_string(), "330381101203");
    assert!(micro.is_within(grid) && micro.is_within(DivisionId::parse("330381000000").unwrap()));
    assert!(!grid.is_within(micro) && !micro.is_within(DivisionId::parse("330381101203-002").unwrap()));
    for text in [
        "330381101000-001",
        "330381101203-",
        "330381101203-000",
        "330381101203-1000",
        "330381101203-1-",
        "330381101203-1-2-3",
        "330381101203-+1",
    ] {
        assert!(matches!(GridId::parse(text), Err(DivisionError::NotAGrid { .. })), "{text}");
    }
    assert_eq!(serde_json::to_string(&micro).unwrap(), "\"330381101203-001-014\"");
}

#[test]
fn rows_in_any_order_make_one_tree_in_the_order_of_codes() {
    let tree = tree();
    let mut backwards = rows(EXCERPT);
    backwards.reverse();
    assert_eq!(DivisionTree::build(backwards).unwrap(), tree);
    assert_eq!(tree.len(), 10);
    assert_eq!(codes(tree.roots()), ["330381000000"]);
    assert_eq!(codes(tree.children("330381000000")), ["330381001000", "330381007000", "330381101000"]);
    assert_eq!(codes(tree.children("330381101000")), ["330381101202", "330381101203"]);
    assert_eq!(
        codes(tree.descendants("330381101000")),
        ["330381101202", "330381101203", "330381101203-001", "330381101203-001-014"]
    );
    assert_eq!(codes(tree.ancestors("330381101203")), ["330381101000", "330381000000"]);
    assert_eq!(codes(tree.of_level(Level::Village)), ["330381001001", "330381007202", "330381101202", "330381101203"]);
    assert_eq!(tree.enclosing("330381101203-001-014", Level::Town).unwrap().name(), "塘下镇");
    assert!(tree.get("330381101999").is_none());
    assert_eq!(codes(tree.descendants("330381101999")).len() + codes(tree.ancestors("x")).len(), 0);
}

#[test]
fn a_parent_may_be_left_to_the_code() {
    let bare = rows(EXCERPT).into_iter().map(|row| RawDivision { level: None, parent: None, ..row }).collect();
    assert_eq!(DivisionTree::build(bare).unwrap(), tree());
}

#[test]
fn a_level_left_out_of_the_rows_must_be_bridged_by_the_parent() {
    let tree = DivisionTree::build(rows("110000000000,北京市\n110101000000,东城区,县,110000000000")).unwrap();
    assert_eq!(codes(tree.children("110000000000")), ["110101000000"]);
    assert_eq!(
        faults("110000000000,北京市\n110101000000,东城区"),
        ["line 3: there is no division `110100000000` for it to lie in; add its row, or correct the code"]
    );
}

#[test]
fn all_faults_of_all_rows_are_reported_at_once() {
    let found = faults(
        "330381000000,瑞安市,county,
         330381101000,,town,330381000000
         33038110120,上岙村,village,330381101000
         330381101203,上岙村,town,330381101000
         330381101203,上岙村,village,330381101000
         330381101204,东村,village,330381102000
         330381101205,西村,hamlet,330381000000
         330381101206,南村,village,330382000000
         330381199206,北村,village,330381199000",
    );
    assert_eq!(
        found,
        [
            "line 3: the division has no name; write its official name",
            "line 4: `33038110120` is not a division code; write 12 digits, such as 330381101203",
            "line 5: the level is given as town, but the code is that of a village; correct one of them",
            "line 6: the code stands in line 5 already; remove one of the rows or correct its code",
            "line 7: it cannot lie in `330381102000`: by its code it lies in `330381101000`",
            "line 8: `hamlet` is not a level; write province, city, county, town, village, grid or micro_grid",
            "line 8: it cannot lie in `330381000000`: by its code it lies in `330381101000`",
            "line 9: it cannot lie in `330382000000`: by its code it lies in `330381101000`",
            "line 10: there is no division `330381199000` for it to lie in; add its row, or correct the code",
        ]
    );
}

#[test]
fn committees_are_left_out_of_short_names() {
    for (name, short) in [
        ("上岙村委会", "上岙村"),
        ("下村村委会", "下村"),
        ("上岙村民委员会", "上岙村"),
        ("上岙村村民委员会", "上岙村"),
        ("罗阳社区居委会", "罗阳社区"),
        ("罗阳社区居民委员会", "罗阳社区"),
        ("罗阳社区委员会", "罗阳社区"),
        ("楼梓庄居委会", "楼梓庄"),
        ("楼梓庄居民委员会", "楼梓庄"),
        ("宝拉格嘎查委员会", "宝拉格嘎查"),
        ("宝拉格嘎查村民委员会", "宝拉格嘎查"),
        ("兴隆社区", "兴隆社区"),
        ("开发区管理委员会", "开发区管理委员会"),
        ("村委会", "村委会"),
        ("", ""),
    ] {
        assert_eq!(short_name(name), short, "{name}");
    }
}

#[test]
fn a_village_is_named_with_its_town() {
    let tree = tree();
    for (code, name) in [
        ("330381101203", "塘下镇上岙村"),
        ("330381101203-001", "塘下镇上岙村第一网格"),
        ("330381101000", "塘下镇"),
        ("330381000000", "瑞安市"),
    ] {
        assert_eq!(tree.full_name(code).as_deref(), Some(name));
    }
    assert_eq!(tree.full_name("330381101999"), None);
}

#[test]
fn names_are_found_in_every_way_they_are_written() {
    let tree = tree();
    let found = |name: &str| codes(tree.find(name).into_iter()).join(" ");
    for name in ["上岙村委会", "上岙村", "上岙村民委员会", "塘下镇上岙村", "塘下镇上岙村委会", " 上岙村 "]
    {
        assert_eq!(found(name), "330381101203", "{name}");
    }
    assert_eq!(found("下村"), "330381007202 330381101202");
    assert_eq!(found("莘塍街道下村"), "330381007202");
    assert_eq!(found("无此村"), "");
}

#[test]
fn the_official_name_wins_over_a_like_short_one() {
    let tree = DivisionTree::build(rows(
        "330381101000,塘下镇\n330381101201,下村委会\n330381101202,下村村委会\n330381101203,下村社区",
    ))
    .unwrap();
    assert_eq!(codes(tree.find("下村村委会").into_iter()), ["330381101202"]);
    assert_eq!(codes(tree.find("下村").into_iter()), ["330381101201", "330381101202"]);
}

#[test]
fn keys_of_levels_are_read_back() {
    for level in Level::ALL {
        assert_eq!(Level::from_key(level.key()), Some(level));
        assert_eq!(serde_json::to_string(&level).unwrap(), format!("\"{}\"", level.key()));
    }
    assert!(Level::Village > Level::Town);
}

proptest! {
    #[test]
    fn a_code_that_is_read_is_written_alike(text in "(33|44|11)[0-9]{2}([0-9]{2}|00)([0-9]{3}|000)([0-9]{3}|000)") {
        if let Ok(code) = Code::parse(&text) {
            prop_assert_eq!(code.to_string(), text);
            if let Some(parent) = code.parent() {
                prop_assert!(code.is_within(parent) && parent.level() < code.level());
                prop_assert_eq!(Code::parse(&parent.to_string()), Ok(parent));
            }
        }
    }

    #[test]
    fn reading_never_panics(text in ".{0,20}", digits in "[0-9-]{0,24}") {
        for text in [text, digits] {
            let _ = (DivisionId::parse(&text), short_name(&text));
        }
    }
}
