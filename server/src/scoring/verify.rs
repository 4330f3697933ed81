//! Whether a stored run can be reproduced from the facts known on its day.
//!
//! Enters: a run. Leaves: every assessment that differs. All units are scored at once, not in portions, so that the two ways are
//! held against each other too.

use liuwu_engine::assess::{ENGINE_VERSION, Receipts, receipt_bytes, root};
use liuwu_engine::period::{Granularity, Period};

use super::full::without_years;
use super::{Ask, Computed, ScoringError, all_of, compute, plan_of, try_out};
use crate::deadline::LONGEST_RUN;
use crate::filed::Filed;
use crate::store::{RunId, Store};

/// What came of recomputing a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The run.
    pub run: RunId,
    /// How many assessments were compared.
    pub compared: usize,
    /// Whether receipts could be compared; with another version of the engine only results are.
    pub same_engine: bool,
    /// Unit, period and what differs.
    pub differences: Vec<Difference>,
}

/// A stored assessment that cannot be reproduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The unit.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// What differs, in Chinese and English.
    pub what: String,
}

/// Recomputes a run from the facts known on its day and compares every assessment.
///
/// # Errors
/// [`ScoringError`] when it cannot be recomputed at all.
pub fn verify(store: &dyn Store, run: RunId, pseudonym_key: &[u8]) -> Result<Verification, ScoringError> {
    let run = store.run(run)?;
    let edition = store.edition(&run.bundle, &run.edition)?;
    let plan = plan_of(&edition)?;
    let ask = Ask {
        bundle: run.bundle.clone(),
        edition: Some(run.edition.clone()),
        periods: without_years(&plan, &run.periods),
        as_of: run.as_of,
        by: String::new(),
        at: run.started,
        pseudonym_key: pseudonym_key.to_vec(),
        longest: LONGEST_RUN,
    };
    let same_engine = run.engine == ENGINE_VERSION;
    let mut found = Verification { run: run.id, compared: 0, same_engine, differences: Vec::new() };
    let mut differ = |unit: &str, period: Period, what: &str| {
        found.differences.push(Difference { unit: unit.to_owned(), period, what: what.to_owned() });
    };
    // What was stored later on the same day was not seen.
    let mut computed = match run.seen {
        Some(seen) => compute(store, store.as_seen(seen)?.as_ref(), run.looks_back_on, &plan, &ask)?,
        None => try_out(store, store, &plan, &ask)?,
    };
    if same_engine && root_of(&computed) != run.root {
        differ(
            "",
            run.periods.first().copied().unwrap_or(Period::containing(Granularity::Day, run.as_of)),
            "整次核算的总凭证不符 / the root of the run differs",
        );
    }
    for period in &run.periods {
        let mut fresh = computed.remove(period).unwrap_or_default();
        for stored in all_of(store, run.id, *period)? {
            found.compared += 1;
            match fresh.remove(&stored.unit) {
                None => differ(&stored.unit, *period, "重算没有这个结果 / recomputing gives no such result"),
                Some(again) if same_engine && again.receipt != stored.receipt => {
                    differ(
                        &stored.unit,
                        *period,
                        "核验凭证不符:数据与核算时不同 / the receipt differs: the facts are not those of the run",
                    );
                }
                Some(again) if without_receipt(&again.as_kept_in(&stored)) != without_receipt(&stored) => {
                    differ(
                        &stored.unit,
                        *period,
                        "结果不符:存储的结果被改动 / the result differs: what is stored was changed",
                    );
                }
                Some(_) => {}
            }
        }
        for unit in fresh.keys() {
            differ(unit, *period, "存储中缺这个结果 / the stored run lacks this result");
        }
    }
    Ok(found)
}

fn without_receipt(filed: &Filed) -> Filed {
    Filed { receipt: String::new(), ..filed.clone() }
}

pub(super) fn root_of(computed: &Computed) -> String {
    let receipts: Vec<(Period, Receipts)> = computed
        .iter()
        .map(|(period, results)| {
            (*period, Receipts::new(results.values().map(|filed| receipt_bytes(&filed.receipt)).collect()))
        })
        .collect();
    root(receipts.iter().map(|(period, receipts)| (*period, receipts)))
}
