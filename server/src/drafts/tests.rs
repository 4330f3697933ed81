use super::*;
use crate::audit::compare::{Comparison, compare};
use crate::store::memory::Memory;
use crate::store::{Cabinet, Drawer, Journal};

const KEY: &[u8] = b"a key for tests";

fn clerk() -> Caller {
    named("clerk")
}

fn named(name: &str) -> Caller {
    Caller::person(name, &[], &[], crate::store::Scope::Everything, None)
}

fn begin() -> (Arc<Memory>, Drafts) {
    let store = Arc::new(Memory::new());
    let drafts = Drafts::new(Arc::new(Audit::new(store.clone(), KEY)));
    (store, drafts)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn files() -> Vec<File> {
    vec![
        File { name: "火灾.csv".to_owned(), bytes: b"a,b\n".to_vec() },
        File { name: "信访.csv".to_owned(), bytes: b"c,d\n".to_vec() },
    ]
}

fn begun(store: &Memory, drafts: &Drafts, on: &str) -> Draft {
    drafts.create(store, (&clerk(), "all"), &files(), at(on)).unwrap()
}

#[test]
fn a_draft_is_taken_up_again_as_it_was_left() {
    let (store, drafts) = begin();
    let draft = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    let cell = |value: &str| CellChoice {
        file: "火灾.csv".to_owned(),
        sheet: None,
        cell: "B2".to_owned(),
        value: value.to_owned(),
    };
    let aliases = |unit: &str| BTreeMap::from([("塘下/老上岙".to_owned(), unit.to_owned())]);
    let first = Change { cells: vec![cell("1")], aliases: aliases("V1"), ..Change::default() };
    let clerk = clerk();
    let mine = (draft.id.as_str(), &clerk);
    drafts.change(store.as_ref(), mine, first, at("2020-02-02T08:00:00Z")).unwrap();
    let second = Change { cells: vec![cell("2")], what: Some("一月".to_owned()), ..Change::default() };
    drafts.change(store.as_ref(), mine, second, at("2020-02-03T08:00:00Z")).unwrap();

    let again = drafts.get(store.as_ref(), &draft.id, "clerk").unwrap();
    assert_eq!((again.cells, again.aliases, again.what.as_str()), (vec![cell("2")], aliases("V1"), "一月"));
    assert_eq!((again.revision, again.touched), (3, at("2020-02-03T08:00:00Z")));
    assert_eq!(again.files[0].name, "火灾.csv");

    let undone = Change { aliases: aliases(""), ..Change::default() };
    assert!(drafts.change(store.as_ref(), mine, undone, at("2020-02-03T08:00:00Z")).unwrap().aliases.is_empty());
}

#[test]
fn nobody_sees_the_draft_of_another_one() {
    let (store, drafts) = begin();
    let draft = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    for (id, owner) in [(draft.id.as_str(), "stranger"), ("", "clerk"), ("../drafts", "clerk"), ("0", "clerk")] {
        assert!(matches!(drafts.get(store.as_ref(), id, owner), Err(DraftError::Missing(_))), "{id} {owner}");
        assert!(drafts.discard(store.as_ref(), (id, &named(owner))).is_err());
    }
    assert_eq!(drafts.of(store.as_ref(), "clerk").unwrap().len(), 1);
    assert!(drafts.of(store.as_ref(), "stranger").unwrap().is_empty());
}

#[test]
fn a_committed_draft_is_not_changed_any_more() {
    let (store, drafts) = begin();
    let draft = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    let clerk = clerk();
    let mine = (draft.id.as_str(), &clerk);
    let state = State::Committed { batch: None, at: draft.created, rows: 0, faulty: 0, conflicting: 0, taken_back: 0 };
    drafts.set_state(store.as_ref(), mine, state, draft.created).unwrap();
    assert!(matches!(drafts.change(store.as_ref(), mine, Change::default(), draft.created), Err(DraftError::Closed)));
}

#[test]
fn files_go_with_the_last_draft_that_holds_them() {
    let (store, drafts) = begin();
    let one = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    let other = begun(&store, &drafts, "2020-02-01T09:00:00Z");
    assert_eq!(store.kept(FOLDER).unwrap().len(), 2, "the same content is kept once");
    drafts.discard(store.as_ref(), (&one.id, &clerk())).unwrap();
    assert_eq!(other.read_files(store.as_ref()).unwrap()[1].bytes, b"c,d\n");
    drafts.discard(store.as_ref(), (&other.id, &clerk())).unwrap();
    assert_eq!(store.kept(FOLDER).unwrap(), []);
}

#[test]
fn a_draft_that_nobody_touches_goes_after_two_weeks() {
    let (store, drafts) = begin();
    let old = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    let fresh = drafts.create(store.as_ref(), (&clerk(), "all"), &files()[..1], at("2020-02-10T08:00:00Z")).unwrap();
    assert_eq!(drafts.expire(store.as_ref(), at("2020-02-15T07:00:00Z")).unwrap(), 0);
    assert_eq!(drafts.expire(store.as_ref(), at("2020-02-15T09:00:00Z")).unwrap(), 1);
    assert!(drafts.get(store.as_ref(), &old.id, "clerk").is_err());
    assert_eq!(fresh.read_files(store.as_ref()).unwrap().len(), 1);
    assert_eq!(store.kept(FOLDER).unwrap().len(), 1, "the file that only the old one had is gone");
}

#[test]
fn two_files_of_one_name_are_refused() {
    let (store, drafts) = begin();
    let twice = vec![files()[0].clone(), files()[0].clone()];
    let refused = drafts.create(store.as_ref(), (&clerk(), "all"), &twice, Timestamp::UNIX_EPOCH).unwrap_err();
    assert!(matches!(refused, DraftError::SameName(name) if name == "火灾.csv"));
    assert!(store.folders().unwrap().is_empty());
}

#[test]
fn each_change_of_a_draft_is_in_the_log_and_what_was_found_in_it_is_not() {
    let (store, drafts) = begin();
    let draft = begun(&store, &drafts, "2020-02-01T08:00:00Z");
    let what = Change { what: Some("一月".to_owned()), ..Change::default() };
    let draft = drafts.change(store.as_ref(), (&draft.id, &clerk()), what, draft.created).unwrap();
    drafts.note_outline(store.as_ref(), &draft, Outline { good: 3, ..Outline::default() }).unwrap();
    let held = || compare(store.as_ref(), KEY).unwrap();
    assert_eq!(held(), Comparison { compared: 1, ..Comparison::default() });
    drafts.discard(store.as_ref(), (&draft.id, &clerk())).unwrap();
    assert_eq!(held(), Comparison::default());
    let noted: Vec<(String, String)> =
        store.entries(1, 9).unwrap().into_iter().map(|entry| (entry.who, entry.action)).collect();
    let by_clerk = |action: &str| ("clerk".to_owned(), action.to_owned());
    assert_eq!(noted, [by_clerk("save-draft"), by_clerk("save-draft"), by_clerk("drop-draft")]);
}
