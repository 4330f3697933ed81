//! Everything of Liuwu that reads, keeps, serves or shows: command line, intake of files, store, scoring, API and pages.
//!
//! The modules stand in reading order; a module imports only modules above it. What is scored, and how, is in
//! [`liuwu_engine`].

pub mod progress;
pub mod store;
#[cfg(test)]
mod trial;
pub mod wording;
pub mod intake;
pub mod records;
pub mod personal;
pub mod accounts;
pub mod remit;
pub mod forgotten;
pub mod files;
pub mod questions;
pub mod upload;
pub mod push;
pub mod attachments;
pub mod entry;
pub mod retention;
pub mod filed;
pub mod trace;
pub mod deadline;
pub mod succession;
pub mod scoring;
pub mod explanation;
pub mod listing;
pub mod config;
pub mod audit;
pub mod entrance;
pub mod disclosure;
pub mod view;
pub mod duties;
pub mod reminders;
pub mod effect;
pub mod jobs;
pub mod drafts;
pub mod error;
pub mod prepared;
pub mod state;
pub mod publication;
pub mod webhooks;
pub mod custody;
pub mod gate;
pub mod desk;
pub mod pages;
pub mod api;
pub mod router;
pub mod serve;
pub mod sample;
pub mod data_dir;
pub mod cli;
