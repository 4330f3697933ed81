//! Who asks.
//!
//! Enters: what [`crate::gate`] has made of a request's cookie, key or token. Leaves: a [`Caller`], an extractor of every
//! handler: its name for what it does, what it may do, how far it reaches. A request without any of them is made by the public.
//! Next: [`crate::audit`].

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::table;
use super::{Permission, Role, Scope};

/// Who asks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Known>);

#[derive(Debug, Clone)]
struct Known {
    identity: Identity,
    permissions: BTreeSet<Permission>,
    scope: Scope,
    acting_for: Option<String>,
    /// A system that speaks for villages and for nobody else.
    of_villages: bool,
    session: Option<InSession>,
    roles: Vec<Role>,
    from: Option<IpAddr>,
}

/// The session of somebody who is logged in with a browser.
#[derive(Debug, Clone)]
struct InSession {
    id: String,
    csrf: String,
    must_change: bool,
}

/// By what a caller is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Not at all.
    Public,
    /// The bearer of the operator's token.
    Operator,
    /// Somebody at the command line of the machine itself.
    Terminal,
    /// The service itself, for what is due by the calendar.
    Service,
    /// Somebody with an account, by its name.
    Person(String),
    /// Another system with a key, by `key:` and the name of the key.
    Key(String),
}

impl Caller {
    /// Anybody.
    #[must_use]
    pub fn public(from: Option<IpAddr>) -> Caller {
        Caller::new(Identity::Public, &[], Scope::Everything, from)
    }

    /// The bearer of the operator's token.
    #[must_use]
    pub fn operator(from: Option<IpAddr>) -> Caller {
        Caller::new(Identity::Operator, table::OPERATOR, Scope::Everything, from)
    }

    /// The service itself. It asks for nothing: what it does is due.
    #[must_use]
    pub fn service() -> Caller {
        Caller::new(Identity::Service, &[], Scope::Everything, None)
    }

    /// Somebody at the command line, who has the data in their hands and could do anything with it.
    #[must_use]
    pub fn terminal() -> Caller {
        Caller::new(Identity::Terminal, &Permission::ALL, Scope::Everything, None)
    }

    fn new(identity: Identity, permissions: &[Permission], scope: Scope, from: Option<IpAddr>) -> Caller {
        let permissions = permissions.iter().copied().collect();
        let known = Known {
            identity,
            permissions,
            scope,
            acting_for: None,
            of_villages: false,
            session: None,
            roles: Vec::new(),
            from,
        };
        Caller(Arc::new(known))
    }

    /// Somebody with an account.
    #[must_use]
    pub fn person(
        name: &str,
        roles: &[Role],
        permissions: &[Permission],
        scope: Scope,
        from: Option<IpAddr>,
    ) -> Caller {
        let caller = Caller::new(Identity::Person(name.to_owned()), permissions, scope, from);
        caller.with(|known| known.roles = roles.to_vec())
    }

    /// Another system with a key.
    #[must_use]
    pub fn key(id: &str, permissions: &[Permission], scope: Scope, from: Option<IpAddr>) -> Caller {
        Caller::new(Identity::Key(format!("key:{id}")), permissions, scope, from)
    }

    /// The same in a session of a browser.
    #[must_use]
    pub fn in_session(self, id: &str, csrf: &str, must_change: bool) -> Caller {
        let session = InSession { id: id.to_owned(), csrf: csrf.to_owned(), must_change };
        self.with(|known| known.session = Some(session))
    }

    /// The same, where its scope is villages alone: what a village may not see or change, its systems may not either.
    #[must_use]
    pub fn of_villages(self) -> Caller {
        self.with(|known| known.of_villages = true)
    }

    /// The same acting for a village.
    #[must_use]
    pub fn acting(self, village: Option<String>) -> Caller {
        self.with(|known| known.acting_for = village)
    }

    fn with(mut self, change: impl FnOnce(&mut Known)) -> Caller {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// By what it is known.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The name under which the log knows it; empty for the public.
    #[must_use]
    pub fn account(&self) -> &str {
        match &self.0.identity {
            Identity::Public => "",
            Identity::Operator => "operator",
            Identity::Terminal => "terminal",
            Identity::Service => "service",
            Identity::Person(name) | Identity::Key(name) => name,
        }
    }

    /// The name that goes with everything it does, `by` of an [`Act`](crate::store::Act); with the village it acts for.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.0.acting_for {
            Some(village) => format!("{}(代{village})", self.account()),
            None => self.account().to_owned(),
        }
    }

    /// The same, for forms that can say who hands something in. Only the operator, who may do it for anybody, is believed.
    #[must_use]
    pub fn name_or(&self, said: Option<String>) -> String {
        let said = said.filter(|said| !said.trim().is_empty());
        match (&self.0.identity, said) {
            (Identity::Operator | Identity::Terminal, Some(said)) => said,
            _ => self.name(),
        }
    }

    /// Whether it may do something, as far as its scope reaches.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.0.permissions.contains(&permission)
    }

    /// How far it reaches.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// The village it acts for (代办), by its code.
    #[must_use]
    pub fn acting_for(&self) -> Option<&str> {
        self.0.acting_for.as_deref()
    }

    /// Whether it is a village, a system of one, or somebody in the place of one (代办): who is assessed sees and changes less than who
    /// assesses.
    #[must_use]
    pub fn is_village(&self) -> bool {
        self.0.acting_for.is_some() || self.0.of_villages || self.0.roles.contains(&Role::Village)
    }

    /// Whether it may see personal data in full: with the permission, and never for a village, which could learn who reported or
    /// complained.
    #[must_use]
    pub fn may_see_personal(&self) -> bool {
        self.may(Permission::SeePersonal) && !self.is_village()
    }

    /// What forms of its pages carry to prove that they are ours; only for somebody who is logged in with a browser.
    #[must_use]
    pub fn csrf(&self) -> Option<&str> {
        self.0.session.as_ref().map(|session| session.csrf.as_str())
    }

    /// The number of its session.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        self.0.session.as_ref().map(|session| session.id.as_str())
    }

    /// Whether the password has to be changed before anything else.
    #[must_use]
    pub fn must_change_password(&self) -> bool {
        self.0.session.as_ref().is_some_and(|session| session.must_change)
    }

    /// Its roles, for somebody with an account.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.0.roles
    }

    /// From where it asks.
    #[must_use]
    pub fn from(&self) -> Option<IpAddr> {
        self.0.from
    }

    /// Whether it is known at all.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.0.identity != Identity::Public
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_else(|| Caller::public(None)))
    }
}
