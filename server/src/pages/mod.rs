//! The pages that anybody may read, as plain data and templates.
//!
//! A page is a struct of one name with its template: [`village::VillagePage`] fills `village.html`. Everything in it is
//! already decided: whoever fills it has left out what the reader may not see, and the types are made so that a template
//! cannot show more ([`figures::PublicCount`], [`cards::Detail`]). The files stand in reading order, and each
//! imports only those above it.

pub mod words;
pub mod figures;
pub mod links;
pub mod assets;
pub mod seat;
pub mod frame;
pub mod visit;
pub mod place;
pub mod due;
pub mod rating;
pub mod drawing;
pub mod cards;
pub mod ledger;
pub mod standard;
pub mod grounds;
pub mod missing;
pub mod facts;
pub mod results;
pub mod matters;
pub mod village;
pub mod tile_map;
pub mod towns;
pub mod city;
pub mod negative;
pub mod effect;
pub mod records;
pub mod upload;
pub mod download;
pub mod draft;
pub mod divisions;
pub mod home;
pub mod search;
pub mod not_found;
pub mod burden;
pub mod duties;
pub mod runs;
pub mod releases;
pub mod problem;
pub mod preferences;
pub mod admin;

#[cfg(test)]
mod gallery;
