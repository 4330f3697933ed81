//! Accounts, keys, rules of security and drafts that were changed on the disk behind the back of the log.

use super::*;
use crate::accounts::password::Cost;
use crate::accounts::{Grant, Permission, Role, Scope, Security};
use crate::audit::documents::Document;
use crate::drafts::Drafts;
use crate::entrance::Entrance;
use crate::entrance::keyring::NewKey;
use crate::entrance::register::OneTime;
use crate::upload::File;

/// An account, a key and rules of security that were set, and a draft; each noted.
fn with_documents() -> (Town, Entrance, String) {
    let town = Town::new();
    let entrance = entrance_of(&town);
    let grant = Grant { roles: vec![Role::Assessor], scope: Scope::Divisions(vec!["330381101000".into()]) };
    let OneTime(given) = entrance.add_account(&Caller::terminal(), "li", "塘下镇", grant).unwrap();
    for _ in 0..5 {
        entrance.log_in("li", "wrong", None).unwrap_err();
    }
    let new =
        NewKey { purpose: "网格".into(), permissions: vec![Permission::Upload], scope: Scope::Everything, days: 1 };
    entrance.make_key(&Caller::terminal(), new).unwrap();
    let rules = Security { failed_tries: 4, ..Security::default() };
    entrance.set_security(&Caller::terminal(), &Security::default().mark(), rules).unwrap();
    let files = [File { name: "火灾.csv".into(), bytes: "区划代码,死亡人数".into() }];
    let drafts = Drafts::new(Arc::clone(&town.audit));
    let draft = drafts.create(town.store.as_ref(), (&Caller::terminal(), "all"), &files, jiff::Timestamp::UNIX_EPOCH);
    drop(draft.unwrap());
    assert_eq!(town.differences(), []);
    (town, entrance, given)
}

fn entrance_of(town: &Town) -> Entrance {
    let cheap = Cost { memory: 8, passes: 1, lanes: 1 };
    Entrance::new(town.store.clone(), Arc::clone(&town.audit), cheap, 0)
}

fn account(name: &str) -> Thing {
    Thing::Document(Document::Account, name.into())
}

#[test]
fn an_account_of_which_anything_was_changed_is_named() {
    for (what, from, to) in [
        ("its role", r#""roles":["assessor"]"#, r#""roles":["approver"]"#),
        ("its scope", "330381101000", "330381102000"),
        ("its password", r#""salt":""#, r#""salt":"0"#),
        ("that it is locked", r#""locks":1"#, r#""locks":0"#),
        ("who made it", r#""by":"terminal""#, r#""by":"somebody""#),
    ] {
        let (town, _, _) = with_documents();
        forge(&town.store.shelves.papers, from, to);
        assert_eq!(town.differences(), [Difference::Changed(account("li"), vec![])], "{what}");
    }
    let (town, _, _) = with_documents();
    forge(&town.store.shelves.papers, r#""roles":["assessor"]"#, r#""roles":["approver"]"#);
    assert_eq!(town.differences()[0].zh(), "账号 li与日志所记不符");
}

#[test]
fn whoever_goes_on_with_an_account_that_was_changed_does_not_make_it_right() {
    let (town, entrance, given) = with_documents();
    entrance.unlock(&Caller::terminal(), "li").unwrap();
    assert_eq!(town.differences(), []);
    forge(&town.store.shelves.papers, r#""roles":["assessor"]"#, r#""roles":["approver"]"#);
    // Each of these reads the account, changes it, and writes it with an entry.
    let inside = entrance.log_in("li", &given, None).unwrap();
    let caller = entrance.recognise(&inside.secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, "correct horse battery", "correct horse battery").unwrap();
    // So does another process, which has to look into the log what was said.
    drop(entrance);
    let town = town.again();
    let anew = entrance_of(&town);
    anew.name_post(&Caller::terminal(), "li", "塘下镇平安办").unwrap();
    assert_eq!(town.differences(), [Difference::Changed(account("li"), vec![])]);
}

#[test]
fn an_account_that_was_slipped_in_or_taken_out_is_named_even_after_it_was_used() {
    let (town, entrance, _) = with_documents();
    let li = town.store.paper("accounts", "li").unwrap().unwrap();
    let evil = String::from_utf8(li).unwrap().replace(r#""name":"li""#, r#""name":"evil""#);
    town.store.file_papers(vec![Paper::new("accounts", "evil", evil)]).unwrap();
    assert_eq!(town.differences(), [Difference::NeverSeen(account("evil"))]);
    entrance.unlock(&Caller::terminal(), "evil").unwrap();
    assert_eq!(town.differences(), [Difference::NeverSeen(account("evil"))]);
    town.store.file_papers(vec![Paper::gone("accounts", "evil"), Paper::gone("accounts", "li")]).unwrap();
    assert_eq!(town.differences(), [Difference::Missing(account("li"))]);
}

#[test]
fn a_key_the_rules_of_security_and_a_draft_that_were_changed_are_named() {
    for (document, from, to) in [
        (Document::Key, r#""permissions":["upload"]"#, r#""permissions":["correct"]"#),
        (Document::Security, r#""failed_tries":4"#, r#""failed_tries":9"#),
        (Document::Draft, "火灾.csv", "水灾.csv"),
    ] {
        let (town, _, _) = with_documents();
        forge(&town.store.shelves.papers, from, to);
        let named = town.differences();
        assert!(
            matches!(&named[..], [Difference::Changed(Thing::Document(found, _), _)] if *found == document),
            "{named:?}"
        );
    }
    // The file of a draft, whose paper only names it.
    let (town, _, _) = with_documents();
    forge(&town.store.shelves.chunks, "死亡人数", "受伤人数");
    let named = town.differences();
    assert!(matches!(&named[..], [Difference::Unreadable(Thing::Document(Document::Draft, _))]), "{named:?}");
    assert!(named[0].zh().starts_with("上报草稿 "), "{}", named[0].zh());
}

#[test]
fn the_log_tells_nothing_by_which_a_password_or_a_key_could_be_found() {
    let (town, entrance, given) = with_documents();
    entrance.unlock(&Caller::terminal(), "li").unwrap();
    entrance.log_in("li", &given, None).unwrap();
    let kept: Json = serde_json::from_slice(&town.store.paper("accounts", "li").unwrap().unwrap()).unwrap();
    let hash = kept["password"]["digest"].as_str().unwrap();
    let log = serde_json::to_string(&town.store.entries(1, 99).unwrap()).unwrap();
    assert!(!log.contains(hash) && !log.contains(&given));
    // Whoever has the papers but not the key of pseudonyms cannot work the digests out.
    let entry = town.store.entries(1, 99).unwrap().into_iter().rfind(|entry| entry.subject == "account").unwrap();
    let others = compare(town.store.as_ref(), b"another key").unwrap().differences;
    assert!(entry.content.is_some() && others.contains(&Difference::Changed(account("li"), vec![])));
}
