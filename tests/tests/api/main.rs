//! The HTTP interface, called in memory: what it answers to whom, and what it never answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly, and so do the functions they share"
)]

// `cfg(test)`, because helpers of tests may fail loudly too.
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod attributes;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod county;
#[cfg(test)]
mod disclosure;
#[cfg(test)]
mod division_changes;
#[cfg(test)]
mod duties;
#[cfg(test)]
mod events;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod following;
#[cfg(test)]
mod late;
#[cfg(test)]
mod mappings;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod outlooks;
#[cfg(test)]
mod personal;
#[cfg(test)]
mod prepared;
#[cfg(test)]
mod pushes;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod records;
#[cfg(test)]
mod releasing;
#[cfg(test)]
mod remit;
#[cfg(test)]
mod results;
#[cfg(test)]
mod scorings;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod viewers;
#[cfg(test)]
mod webhooks;
