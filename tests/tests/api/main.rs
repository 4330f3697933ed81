//! The HTTP interface, called in memory: what it answers to whom, and what it never answers.

mod county;
mod disclosure;
mod openapi;
mod problems;
mod results;
mod uploads;
