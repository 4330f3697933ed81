//! What a standard asks of each village, and what was really filled in: taken over from tables and other systems, or typed.
//!
//! Enters: a visit. Leaves: figures for all villages of the visitor, and village by village where most was typed. Next:
//! [`duties`](super::duties), the desk, which leads here.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::{Query, State};
use liuwu_engine::bundle::{AskedTwice, asked_twice};
use liuwu_engine::period::Period;
use serde::Deserialize;

use super::figures::Figure;
use super::frame::Frame;
use super::seat::Section;
use super::visit::{Rendered, Visit};
use crate::accounts::Permission;
use crate::desk::filled::{self, Filled};
use crate::duties::{self, Burden};
use crate::error::Problem;
use crate::state::App;

/// Villages listed one by one.
const LISTED: usize = 100;

/// What was filled in.
#[derive(Debug, Template)]
#[template(path = "burden.html")]
pub struct BurdenPage {
    /// What stands around it.
    pub frame: Frame,
    /// The period.
    pub period: String,
    /// The period before it.
    pub before: Option<String>,
    /// What the standard asks of one village.
    pub standard: Burden,
    /// All villages together.
    pub all: Filled,
    /// How many villages have anything.
    pub villages: usize,
    /// What the standard asks for twice; only for those who can change it.
    pub asked_twice: Vec<AskedTwice>,
    /// Village by village, what was typed most first.
    pub lines: Vec<(String, Filled)>,
}

impl BurdenPage {
    /// How many villages are not listed.
    fn more(&self) -> usize {
        self.villages.saturating_sub(self.lines.len())
    }

    /// What of the fields that were filled in nobody had to type, in percent, rounded down.
    fn reused_share(&self) -> Option<u64> {
        let filled = self.all.reused + self.all.typed;
        (filled > 0).then(|| self.all.reused * 100 / filled)
    }
}

/// A count with its thousands grouped.
fn grouped(count: impl Borrow<u64>) -> Figure {
    Figure::whole(usize::try_from(*count.borrow()).unwrap_or(usize::MAX))
}

/// What may stand behind the question mark.
#[derive(Debug, Deserialize)]
pub struct Asked {
    period: Option<String>,
}

/// Serves `/desk/burden?period=`.
///
/// # Errors
/// [`Problem`], which has a page of its own.
pub async fn show(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Result<Rendered<BurdenPage>, Problem> {
    let period = asked.period.as_deref().map(Period::parse).transpose();
    let period = period.map_err(|_| Problem::parameter("period", "应为周期,如 2020", "a period such as 2020"))?;
    app.blocking(move |app| {
        let burden = filled::burden(app, visit.caller(), period)?;
        let (tree, edition) = (app.units()?, app.current_edition(&app.bundle()?)?);
        let can_change = visit.caller().may(Permission::DraftEdition);
        let lines = burden.units.iter().take(LISTED).map(|(unit, filled)| (tree.full_name(unit), *filled));
        Ok(Rendered(BurdenPage {
            frame: visit.internal_frame(app, Section::Duties),
            period: burden.period.name(),
            before: burden.period.previous().ok().map(|before| before.name()),
            standard: duties::burden(edition.bundle()),
            all: burden.all,
            villages: burden.units.len(),
            asked_twice: if can_change { asked_twice(edition.bundle()) } else { Vec::new() },
            lines: lines.collect(),
        }))
    })
    .await
}
