//! Everything of Liuwu that reads, keeps, serves or shows: command line, intake of files, store, scoring, API and pages.
//!
//! The modules stand in reading order; a module imports only modules above it. What is scored, and how, is in
//! [`liuwu_engine`].

pub mod intake;
pub mod store;
pub mod filed;
pub mod scoring;
pub mod pages;
pub mod files;
pub mod cli;
