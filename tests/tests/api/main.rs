//! The HTTP interface, called in memory: what it answers to whom, and what it never answers.

// `cfg(test)`, because helpers of tests may fail loudly too.
#[cfg(test)]
mod county;
#[cfg(test)]
mod disclosure;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod results;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod uploads;
