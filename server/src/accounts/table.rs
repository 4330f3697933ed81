//! Which role may do what. The one place where it is decided; `docs/accounts.md` shows it.
//!
//! Enters: a role. Leaves: its permissions. Next: [`super::caller`].
//!
//! The three administrators are kept apart (三员分立): one account holds at most one of the three, none of them sees or touches
//! what is assessed, and what one of them sets up another one approves or can look up.

use super::{Permission, Role};

/// What a role may do.
#[must_use]
pub const fn permissions(role: Role) -> &'static [Permission] {
    use Permission as May;
    match role {
        Role::SystemAdministrator => &[May::ManageAccounts, May::ManageService],
        Role::SecurityAdministrator => &[May::ApproveAccess, May::SetSecurity],
        Role::Auditor => &[May::ReadAudit],
        Role::Assessor => {
            &[May::ReadResults, May::ReadRecords, May::Upload, May::Correct, May::SeePersonal, May::ActForVillage]
        }
        Role::PolicyOfficer => &[May::ReadResults, May::ReadRecords, May::Score, May::Verify, May::DraftEdition],
        Role::Approver => &[May::ReadResults, May::ReadRecords, May::Verify, May::Release, May::ApproveEdition],
        Role::Village => &[May::ReadRecords, May::Upload, May::Correct],
    }
}

/// What the bearer of the operator's token may do: all that the first steps take, and nothing of accounts or the log. While
/// there are no accounts it is the only key; [`crate::config::Config`] says whether it works after that.
pub const OPERATOR: &[Permission] = &[
    Permission::ReadResults,
    Permission::ReadRecords,
    Permission::Upload,
    Permission::Correct,
    Permission::Score,
    Permission::Verify,
    Permission::Release,
    Permission::DraftEdition,
    Permission::ManageService,
];

/// What a key of another system can be given at most. What takes a person's decision is not among it.
pub const FOR_KEYS: &[Permission] =
    &[Permission::ReadResults, Permission::ReadRecords, Permission::Upload, Permission::Correct, Permission::Verify];

/// The three that watch each other.
const ADMINISTRATORS: [Role; 3] = [Role::SystemAdministrator, Role::SecurityAdministrator, Role::Auditor];

/// Why one account cannot hold some roles together; none when it can.
#[must_use]
pub fn quarrel(roles: &[Role]) -> Option<(Role, Role)> {
    let administrator = roles.iter().find(|role| ADMINISTRATORS.contains(role));
    if let Some(administrator) = administrator {
        let other = roles.iter().find(|role| *role != administrator)?;
        return Some((*administrator, *other));
    }
    let one = |role: Role| roles.contains(&role);
    // Who drafts does not approve, and who is assessed does not assess.
    let apart = [(Role::PolicyOfficer, Role::Approver), (Role::Assessor, Role::Approver)];
    let village = Role::ALL.into_iter().find(|role| *role != Role::Village && one(*role));
    let of_village = village.filter(|_| one(Role::Village)).map(|other| (Role::Village, other));
    apart.into_iter().find(|(a, b)| one(*a) && one(*b)).or(of_village)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_administrators_are_kept_apart_and_touch_no_data() {
        for role in ADMINISTRATORS {
            for other in Role::ALL.into_iter().filter(|other| *other != role) {
                assert!(quarrel(&[role, other]).is_some(), "{role:?} {other:?}");
                assert!(quarrel(&[other, role]).is_some(), "{other:?} {role:?}");
                assert!(permissions(role).iter().all(|held| !permissions(other).contains(held)), "{role:?} {other:?}");
            }
            assert_eq!(quarrel(&[role]), None);
        }
    }

    #[test]
    fn nobody_approves_what_they_have_drafted_or_handed_in() {
        assert!(quarrel(&[Role::Approver, Role::PolicyOfficer]).is_some());
        assert!(quarrel(&[Role::Assessor, Role::Approver]).is_some());
        assert_eq!(quarrel(&[Role::Assessor, Role::PolicyOfficer]), None);
    }

    #[test]
    fn a_village_never_sees_personal_fields_and_has_no_other_role() {
        assert!(!permissions(Role::Village).contains(&Permission::SeePersonal));
        assert!(!permissions(Role::Village).contains(&Permission::ReadResults));
        assert_eq!(quarrel(&[Role::Village, Role::Assessor]), Some((Role::Village, Role::Assessor)));
    }

    #[test]
    fn every_permission_but_the_operators_own_is_some_roles() {
        for permission in Permission::ALL {
            assert!(Role::ALL.iter().any(|role| permissions(*role).contains(&permission)), "{permission:?}");
        }
    }

    #[test]
    fn no_key_decides() {
        use Permission as May;
        for decision in [May::Release, May::ApproveEdition, May::ApproveAccess, May::ManageAccounts, May::SetSecurity] {
            assert!(!FOR_KEYS.contains(&decision), "{decision:?}");
        }
    }
}
