//! Accounts, sessions and keys, from the making to the end.

use std::sync::Arc;

use jiff::SignedDuration;

use super::keyring::NewKey;
use super::register::OneTime;
use super::*;
use crate::accounts::account::{Proposed, Session};
use crate::accounts::{Account, Grant, Permission, Role, Scope};
use crate::store::memory::Memory;

const CHEAP: Cost = Cost { memory: 8, passes: 1, lanes: 1 };
const GOOD: &str = "correct horse battery";

fn entrance() -> Entrance {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    Entrance::new(store.clone(), Arc::new(Audit::new(store, b"key")), CHEAP, 0)
}

fn grant(role: Role) -> Grant {
    let scope = match role {
        Role::Village => Scope::Divisions(vec!["330381101701".into()]),
        _ => Scope::Everything,
    };
    Grant { roles: vec![role], scope }
}

/// An account that has logged in and changed its one-time password, as its caller.
fn settled(entrance: &Entrance, name: &str, role: Role) -> Caller {
    let OneTime(given) = entrance.add_account(&Caller::terminal(), name, "", grant(role)).unwrap();
    let first = entrance.log_in(name, &given, None).unwrap();
    assert!(first.must_change);
    let caller = entrance.recognise(&first.secret, None).unwrap().unwrap();
    entrance.change_password(&caller, &given, GOOD, GOOD).unwrap();
    entrance.recognise(&first.secret, None).unwrap().unwrap()
}

/// What the page of an account sends to decide what it shows.
fn mark(entrance: &Entrance, name: &str) -> String {
    entrance.account(name).unwrap().proposal.unwrap().mark()
}

fn outcomes(entrance: &Entrance, action: Action) -> Vec<(String, String)> {
    let entries = entrance.store.entries(1, 999).unwrap().into_iter();
    entries.filter(|entry| entry.action == action.key()).map(|entry| (entry.id, entry.outcome)).collect()
}

#[test]
fn before_the_password_is_changed_nothing_else_can_be_done() {
    let entrance = entrance();
    let OneTime(given) = entrance.add_account(&Caller::terminal(), "wang", "", grant(Role::Approver)).unwrap();
    let first = entrance.log_in("wang", &given, None).unwrap();
    let before = entrance.recognise(&first.secret, None).unwrap().unwrap();
    assert!(before.must_change_password());
    assert!(Permission::ALL.iter().all(|permission| !before.may(*permission)));
    entrance.change_password(&before, &given, GOOD, GOOD).unwrap();
    let after = entrance.recognise(&first.secret, None).unwrap().unwrap();
    assert!(!after.must_change_password() && after.may(Permission::Release));
    assert!(entrance.log_in("wang", &given, None).is_err(), "the one-time password opens no more");
}

#[test]
fn an_unknown_name_a_wrong_password_and_a_closed_account_are_answered_alike() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    settled(&entrance, "closed", Role::Assessor);
    entrance.close(&Caller::terminal(), "closed").unwrap();
    for (name, text) in
        [("nobody-there", GOOD), ("wang", "wrong horse battery"), ("closed", GOOD), ("", ""), ("王", GOOD)]
    {
        let refusal = entrance.log_in(name, text, None).unwrap_err();
        assert!(matches!(refusal, Refusal::WrongPassword), "{name}: {refusal}");
    }
    let noted: Vec<String> = outcomes(&entrance, Action::LogIn).into_iter().map(|(id, _)| id).collect();
    assert!(!noted.contains(&"nobody-there".to_owned()), "what was typed as a name may be a password: {noted:?}");
}

#[test]
fn too_many_failures_lock_the_account_and_the_right_password_does_not_help() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    for name in ["wang", "nobody-there"] {
        for _ in 0..4 {
            assert!(matches!(entrance.log_in(name, "wrong", None).unwrap_err(), Refusal::WrongPassword));
        }
        assert!(matches!(entrance.log_in(name, "wrong", None).unwrap_err(), Refusal::Locked { minutes: 15 }), "{name}");
        assert!(matches!(entrance.log_in(name, GOOD, None).unwrap_err(), Refusal::Locked { .. }), "{name}");
    }
    // A restart does not open it, an administrator does.
    let again = Entrance::new(entrance.store.clone(), entrance.audit.clone(), CHEAP, 0);
    assert!(matches!(again.log_in("wang", GOOD, None).unwrap_err(), Refusal::Locked { .. }));
    again.unlock(&Caller::terminal(), "wang").unwrap();
    again.log_in("wang", GOOD, None).unwrap();
    assert_eq!(outcomes(&entrance, Action::LogIn).iter().filter(|(_, outcome)| outcome == "locked").count(), 5);
}

#[test]
fn what_one_administrator_proposes_another_one_approves() {
    let entrance = entrance();
    let system = settled(&entrance, "sys", Role::SystemAdministrator);
    let security = settled(&entrance, "sec", Role::SecurityAdministrator);
    entrance.propose_account(&system, "li", "塘下镇平安办", grant(Role::Assessor)).unwrap();
    assert!(matches!(entrance.approve(&system, "li", &mark(&entrance, "li")).unwrap_err(), Refusal::OwnProposal));
    let OneTime(given) = entrance.approve(&security, "li", &mark(&entrance, "li")).unwrap().unwrap();
    assert!(entrance.log_in("li", &given, None).unwrap().must_change);
    assert!(matches!(entrance.approve(&security, "li", "").unwrap_err(), Refusal::NothingProposed(_)));
    // Other roles hold only once they are approved, and can be turned down.
    entrance.propose(&system, "li", Proposed::Grant(grant(Role::Approver))).unwrap();
    assert!(entrance.account("li").unwrap().has(Role::Assessor));
    entrance.turn_down(&security, "li", &mark(&entrance, "li")).unwrap();
    assert!(entrance.account("li").unwrap().has(Role::Assessor));
    entrance.propose(&system, "li", Proposed::NewPassword).unwrap();
    let OneTime(other) = entrance.approve(&security, "li", &mark(&entrance, "li")).unwrap().unwrap();
    assert_ne!(given, other);
    assert!(entrance.log_in("li", &given, None).is_err());
}

#[test]
fn what_is_decided_is_what_was_shown() {
    let entrance = entrance();
    let system = settled(&entrance, "sys", Role::SystemAdministrator);
    let security = settled(&entrance, "sec", Role::SecurityAdministrator);
    settled(&entrance, "li", Role::Assessor);
    let village = grant(Role::Village);
    entrance.propose(&system, "li", Proposed::Grant(village)).unwrap();
    let shown = mark(&entrance, "li");
    entrance.propose(&system, "li", Proposed::Grant(grant(Role::PolicyOfficer))).unwrap();
    for decided in [entrance.approve(&security, "li", &shown).map(drop), entrance.turn_down(&security, "li", &shown)] {
        assert!(matches!(decided.unwrap_err(), Refusal::OtherProposal(_)));
    }
    assert!(entrance.account("li").unwrap().has(Role::Assessor), "nothing is decided, and nothing lost");
    entrance.approve(&security, "li", &mark(&entrance, "li")).unwrap();
    assert!(entrance.account("li").unwrap().has(Role::PolicyOfficer));
    let proposed: Vec<String> = outcomes(&entrance, Action::Propose).into_iter().map(|(id, _)| id).collect();
    assert_eq!(proposed, ["li=village@divisions:330381101701", "li=policy-officer@everything"]);
    assert_eq!(outcomes(&entrance, Action::Approve)[0].0, "li=policy-officer@everything");
}

#[test]
fn sessions_begun_with_other_rights_end() {
    let entrance = entrance();
    let system = settled(&entrance, "sys", Role::SystemAdministrator);
    let security = settled(&entrance, "sec", Role::SecurityAdministrator);
    settled(&entrance, "tx", Role::Assessor);
    let secret = entrance.log_in("tx", GOOD, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    entrance.act_for(&caller, Some("330381101701"), true).unwrap();
    entrance.propose(&system, "tx", Proposed::Grant(grant(Role::PolicyOfficer))).unwrap();
    assert!(entrance.recognise(&secret, None).unwrap().is_some());
    assert!(entrance.approve(&security, "tx", &mark(&entrance, "tx")).unwrap().is_none());
    assert!(entrance.recognise(&secret, None).unwrap().is_none());
}

#[test]
fn tries_at_the_same_time_are_counted_one_after_the_other() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    let looked_at = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..40).map(|_| scope.spawn(|| entrance.log_in("wang", "wrong horse", None).unwrap_err())).collect();
        let refusals = tries.into_iter().map(|tried| tried.join().unwrap());
        refusals.filter(|refusal| matches!(refusal, Refusal::WrongPassword)).count()
    });
    assert_eq!(looked_at, 4, "the fifth locks the account");
}

#[test]
fn of_two_who_set_the_rules_at_once_one_is_asked_to_look_again() {
    let entrance = entrance();
    let shown = entrance.security().unwrap().mark();
    let set = &|tries: u32| {
        let rules = Security { failed_tries: tries, ..Security::default() };
        entrance.set_security(&Caller::terminal(), &shown, rules)
    };
    // None of them is the figure that holds already, which would change nothing.
    let done = std::thread::scope(|scope| {
        let setting: Vec<_> = (6..14).map(|tries| scope.spawn(move || (tries, set(tries)))).collect();
        setting.into_iter().map(|setting| setting.join().unwrap()).collect::<Vec<_>>()
    });
    let (kept, refused): (Vec<_>, Vec<_>) = done.into_iter().partition(|(_, done)| done.is_ok());
    assert!(refused.iter().all(|(_, refusal)| matches!(refusal, Err(Refusal::OtherRules))));
    assert_eq!((kept.len(), refused.len()), (1, 7));
    assert_eq!(entrance.security().unwrap().failed_tries, kept[0].0, "nobody is overwritten");
    assert_eq!(outcomes(&entrance, Action::Set).len(), 1);
}

#[test]
fn the_first_accounts_are_made_once_however_often_the_link_is_used() {
    let entrance = entrance();
    let code = entrance.offer_set_up().unwrap();
    let roles = [Role::SystemAdministrator, Role::SecurityAdministrator, Role::Auditor];
    let made = std::thread::scope(|scope| {
        let link = |clerk: &'static str| {
            let named: Vec<(Role, String)> =
                roles.iter().map(|role| (*role, format!("{clerk}.{}", role.key()))).collect();
            let (entrance, code) = (&entrance, &code);
            scope.spawn(move || entrance.set_up(&Caller::public(None), code, &named).is_ok())
        };
        let links = [link("one"), link("two"), link("three")];
        links.into_iter().map(|link| link.join().unwrap()).filter(|made| *made).count()
    });
    assert_eq!((made, entrance.accounts().unwrap().len()), (1, 3));
}

#[test]
fn a_password_that_was_reset_meanwhile_is_not_overwritten() {
    let entrance = entrance();
    let caller = settled(&entrance, "wang", Role::Approver);
    entrance.reset(&Caller::terminal(), "wang").unwrap();
    let changed = entrance.change_password(&caller, GOOD, "other horse battery", "other horse battery");
    assert!(matches!(changed.unwrap_err(), Refusal::WrongPassword));
}

#[test]
fn the_last_of_an_administrators_kind_stays() {
    let entrance = entrance();
    let system = settled(&entrance, "sys", Role::SystemAdministrator);
    let security = settled(&entrance, "sec", Role::SecurityAdministrator);
    assert!(matches!(entrance.close(&security, "sys").unwrap_err(), Refusal::LastOfKind(_)));
    entrance.propose(&system, "sec", Proposed::Grant(grant(Role::Assessor))).unwrap();
    assert!(matches!(entrance.approve(&security, "sec", &mark(&entrance, "sec")).unwrap_err(), Refusal::LastOfKind(_)));
    settled(&entrance, "sys2", Role::SystemAdministrator);
    entrance.close(&security, "sys").unwrap();
}

#[test]
fn a_session_ends_by_itself_by_its_owner_and_with_its_account() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    let log_in = || entrance.log_in("wang", GOOD, None).unwrap().secret;
    let is_open = |secret: &str| entrance.recognise(secret, None).unwrap().is_some();
    let age = |secret: &str, change: fn(&mut Session)| {
        let id = digest_of(secret);
        let mut session: Session = entrance.read(SESSIONS, &id).unwrap().unwrap();
        change(&mut session);
        entrance.write(SESSIONS, &id, &session).unwrap();
    };
    let idle = log_in();
    age(&idle, |session| session.seen -= SignedDuration::from_mins(31));
    assert!(!is_open(&idle));
    let old = log_in();
    age(&old, |session| session.began -= SignedDuration::from_hours(11));
    assert!(!is_open(&old));
    let (one, other) = (log_in(), log_in());
    entrance.log_out(&entrance.recognise(&one, None).unwrap().unwrap()).unwrap();
    assert!(!is_open(&one) && is_open(&other));
    entrance.log_out_everywhere(&entrance.recognise(&other, None).unwrap().unwrap()).unwrap();
    assert!(!is_open(&other));
    let last = log_in();
    entrance.close(&Caller::terminal(), "wang").unwrap();
    assert!(!is_open(&last) && !is_open("") && !is_open("0123"));
}

#[test]
fn an_account_has_at_most_so_many_sessions_and_a_new_password_ends_the_others() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    let secrets: Vec<String> = (0..5).map(|_| entrance.log_in("wang", GOOD, None).unwrap().secret).collect();
    let open: Vec<bool> = secrets.iter().map(|secret| entrance.recognise(secret, None).unwrap().is_some()).collect();
    assert_eq!(open.iter().filter(|open| **open).count(), 3);
    assert!(open[4], "the newest is among them");
    let caller = entrance.recognise(&secrets[4], None).unwrap().unwrap();
    assert_eq!(entrance.own_sessions(&caller).unwrap().len(), 3);
    entrance.change_password(&caller, GOOD, "another horse entirely", "another horse entirely").unwrap();
    assert_eq!(entrance.own_sessions(&caller).unwrap().len(), 1);
}

#[test]
fn a_new_password_is_new_and_typed_twice_by_somebody_who_knows_the_old_one() {
    let entrance = entrance();
    let caller = settled(&entrance, "wang", Role::Approver);
    let change = |present: &str, new: &str, again: &str| entrance.change_password(&caller, present, new, again);
    assert!(matches!(change(GOOD, GOOD, GOOD).unwrap_err(), Refusal::Reused));
    assert!(matches!(change(GOOD, "other horse battery", "other horse").unwrap_err(), Refusal::Differ));
    assert!(matches!(
        change("wrong", "other horse battery", "other horse battery").unwrap_err(),
        Refusal::WrongPassword
    ));
    change(GOOD, "other horse battery", "other horse battery").unwrap();
    assert!(matches!(change("other horse battery", GOOD, GOOD).unwrap_err(), Refusal::Reused));
}

#[test]
fn nothing_that_opens_a_door_is_stored() {
    let entrance = entrance();
    let OneTime(given) = entrance.add_account(&Caller::terminal(), "wang", "", grant(Role::Approver)).unwrap();
    let secret = entrance.log_in("wang", &given, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    let new =
        NewKey { purpose: "网格".into(), permissions: vec![Permission::Upload], scope: Scope::Everything, days: 30 };
    let (_, key) = entrance.make_key(&Caller::terminal(), new).unwrap();
    let mut kept = Vec::new();
    for folder in entrance.store.folders().unwrap() {
        for (name, body) in entrance.store.papers(&folder, None, 99).unwrap() {
            kept.push(name);
            kept.push(String::from_utf8(body).unwrap());
        }
    }
    kept.extend(entrance.store.entries(1, 99).unwrap().iter().map(|entry| serde_json::to_string(entry).unwrap()));
    let all = kept.concat();
    for opens in [given.as_str(), &secret, caller.csrf().unwrap(), key.rsplit('_').next().unwrap()] {
        assert!(!all.contains(opens), "{opens}");
    }
}

#[test]
fn a_key_works_once_approved_within_its_bounds_and_until_it_is_withdrawn() {
    let entrance = entrance();
    let system = settled(&entrance, "sys", Role::SystemAdministrator);
    let security = settled(&entrance, "sec", Role::SecurityAdministrator);
    let scope = Scope::Divisions(vec!["330381101000".into()]);
    let new = |permissions: &[Permission], days| NewKey {
        purpose: "基层治理四平台".into(),
        permissions: permissions.to_vec(),
        scope: scope.clone(),
        days,
    };
    assert!(matches!(entrance.make_key(&system, new(&[Permission::Release], 30)), Err(Refusal::NotForKeys("release"))));
    assert!(matches!(entrance.make_key(&system, new(&[], 30)), Err(Refusal::NoPermission)));
    assert!(matches!(entrance.make_key(&system, new(&[Permission::Upload], 400)), Err(Refusal::KeyDays)));
    let (key, text) = entrance.make_key(&system, new(&[Permission::Upload], 30)).unwrap();
    assert!(entrance.open_with(&text, None).unwrap().is_none(), "not approved yet");
    assert!(matches!(entrance.approve_key(&system, &key.id).unwrap_err(), Refusal::OwnProposal));
    entrance.approve_key(&security, &key.id).unwrap();
    let caller = entrance.open_with(&text, None).unwrap().unwrap();
    assert!(caller.may(Permission::Upload) && !caller.may(Permission::ReadRecords));
    assert_eq!((caller.name(), caller.scope()), (format!("key:{}", key.id), &scope));
    assert!(entrance.keys().unwrap()[0].used.is_some());
    assert!(entrance.open_with(&format!("{text}0"), None).unwrap().is_none());
    for text in ["lw__", "lw_x", "", "lw_zz_00"] {
        assert!(entrance.open_with(text, None).unwrap().is_none(), "{text}");
    }
    entrance.withdraw_key(&security, &key.id).unwrap();
    assert!(entrance.open_with(&text, None).unwrap().is_none());
}

#[test]
fn a_key_that_has_expired_opens_nothing() {
    let entrance = entrance();
    let new =
        NewKey { purpose: "网格".into(), permissions: vec![Permission::Upload], scope: Scope::Everything, days: 1 };
    let (key, text) = entrance.make_key(&Caller::terminal(), new).unwrap();
    assert!(entrance.open_with(&text, None).unwrap().is_some(), "made at the command line it works at once");
    let expired = crate::accounts::Key { until: Timestamp::now(), ..key };
    entrance.write(KEYS, &expired.id, &expired).unwrap();
    assert!(entrance.open_with(&text, None).unwrap().is_none());
}

#[test]
fn a_one_time_password_expires() {
    let entrance = entrance();
    let OneTime(given) = entrance.add_account(&Caller::terminal(), "wang", "", grant(Role::Approver)).unwrap();
    let account = entrance.account("wang").unwrap();
    entrance.write(ACCOUNTS, "wang", &Account { one_time_until: Some(Timestamp::now()), ..account }).unwrap();
    assert!(matches!(entrance.log_in("wang", &given, None).unwrap_err(), Refusal::Expired));
}

#[test]
fn whoever_acts_for_a_village_is_named_with_it_and_reaches_no_further() {
    let entrance = entrance();
    let town = settled(&entrance, "tx", Role::Assessor);
    let secret = entrance.log_in("tx", GOOD, None).unwrap().secret;
    let caller = entrance.recognise(&secret, None).unwrap().unwrap();
    assert!(entrance.act_for(&caller, Some("330381102701"), false).is_err());
    entrance.act_for(&caller, Some("330381101701"), true).unwrap();
    let acting = entrance.recognise(&secret, None).unwrap().unwrap();
    assert_eq!(acting.name(), "tx(代330381101701)");
    assert_eq!(acting.scope(), &Scope::Divisions(vec!["330381101701".into()]));
    entrance.act_for(&acting, None, true).unwrap();
    assert_eq!(entrance.recognise(&secret, None).unwrap().unwrap().scope(), town.scope());
    assert_eq!(outcomes(&entrance, Action::ActFor)[0].0, "330381101701");
}

#[test]
fn an_account_that_asks_too_often_has_to_wait() {
    let entrance = entrance();
    settled(&entrance, "wang", Role::Approver);
    let secret = entrance.log_in("wang", GOOD, None).unwrap().secret;
    let shown = entrance.security().unwrap().mark();
    entrance
        .set_security(&Caller::terminal(), &shown, Security { requests_per_minute: 60, ..Security::default() })
        .unwrap();
    let refused = (0..100).filter(|_| entrance.recognise(&secret, None).is_err()).count();
    assert!((30..=45).contains(&refused), "{refused}");
    assert_eq!(outcomes(&entrance, Action::Set)[0].0, "requests_per_minute=60");
}
