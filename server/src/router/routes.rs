//! Routes, each with what it takes, so that one test can hold every one of them against every role.
//!
//! Enters: an address, what it takes, a handler. Leaves: the router, and the list of all that is in it.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodRouter, delete, get, post};

use crate::gate::{Access, admit};
use crate::state::App;

/// A route as the list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with its places in braces.
    pub path: String,
    /// What it takes.
    pub access: Access,
}

/// Routes that are being put together.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<App>,
    listed: Vec<Route>,
}

impl Routes {
    pub(super) fn new() -> Routes {
        Routes::default()
    }

    /// A route that is asked with GET.
    pub(super) fn get<H, T>(self, path: &str, access: impl Into<Access>, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::GET, path, access, get(handler))
    }

    /// A route that is asked with POST.
    pub(super) fn post<H, T>(self, path: &str, access: impl Into<Access>, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::POST, path, access, post(handler))
    }

    /// A route that is asked with DELETE.
    pub(super) fn delete<H, T>(self, path: &str, access: impl Into<Access>, handler: H) -> Routes
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.route(Method::DELETE, path, access, delete(handler))
    }

    /// A route with layers of its own: one method, one handler.
    pub(super) fn route(
        mut self,
        method: Method,
        path: &str,
        access: impl Into<Access>,
        handler: MethodRouter<App>,
    ) -> Routes {
        let access = access.into();
        let checked = handler.route_layer(from_fn(move |request: Request, next: Next| admit(access, request, next)));
        self.router = self.router.route(path, checked);
        self.listed.push(Route { method, path: path.to_owned(), access });
        self
    }

    /// The same routes and others beside them.
    pub(super) fn merge(mut self, other: Routes) -> Routes {
        self.router = self.router.merge(other.router);
        self.listed.extend(other.listed);
        self
    }

    /// The same routes under an address.
    pub(super) fn under(self, prefix: &str) -> Routes {
        let listed = self.listed.into_iter().map(|route| Route { path: format!("{prefix}{}", route.path), ..route });
        Routes { listed: listed.collect(), router: Router::new().nest(prefix, self.router) }
    }

    pub(super) fn listed(self) -> Vec<Route> {
        self.listed
    }

    pub(super) fn into_router(self) -> Router<App> {
        self.router
    }
}
