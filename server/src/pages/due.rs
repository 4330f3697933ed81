//! A term, and how many days are left of it. Next: [`rating`](super::rating).

use jiff::civil::Date;

use super::frame::Frame;
use super::words::Sentence;

/// A term and how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The last day.
    pub date: Date,
    /// Days left; negative when it has passed.
    pub days_left: i64,
}

impl Due {
    /// Whether the term has passed.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.days_left < 0
    }

    /// How many days are left or have passed, in words.
    #[must_use]
    pub fn words(&self, frame: &Frame) -> Sentence {
        let days = usize::try_from(self.days_left.unsigned_abs()).unwrap_or(usize::MAX);
        match self.days_left {
            0 => frame.say("due-today"),
            left if left > 0 => frame.say("due-in").count("days", days),
            _ => frame.say("due-past").count("days", days),
        }
    }
}
