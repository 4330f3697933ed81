//! Geometry of the drawings: exact numbers come in, whole units of a drawing leave.
//!
//! Every drawing is made here, on the server, so that screen and print show the same picture and no script is needed. A
//! coordinate is the only place where an exact number loses its decimals. Next: [`cards`](super::cards).

use std::fmt::Write as _;

use liuwu_engine::number::{Number, Rounding};
use qrcode::{Color, EcLevel, QrCode};

use super::figures::Figure;
use super::rating::{BandLine, Year};

/// Length of a bar in units of its drawing.
pub const BAR_LENGTH: i64 = 1000;

/// How far a bar reaches, from nothing to [`BAR_LENGTH`].
#[must_use]
pub fn bar(part: Number, whole: Number) -> i64 {
    scale(part, Number::ZERO, whole, BAR_LENGTH).clamp(0, BAR_LENGTH)
}

/// A part of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub x: i64,
    /// How long it is.
    pub width: i64,
}

/// Counts as parts of one bar of [`BAR_LENGTH`] that fill it without a gap.
#[must_use]
pub fn stack(counts: &[usize]) -> Vec<Span> {
    let all = Number::from(counts.iter().sum::<usize>());
    let mut sum = 0;
    let mut x = 0;
    counts
        .iter()
        .map(|count| {
            sum += count;
            let end = bar(Number::from(sum), all);
            let span = Span { x, width: end - x };
            x = end;
            span
        })
        .collect()
}

/// Where `value` lies between `low` and `high` on a stretch of `length`; at the start when the two are one.
fn scale(value: Number, low: Number, high: Number, length: i64) -> i64 {
    let position = || {
        let share = value.sub(low)?.div(high.sub(low)?)?;
        share.mul(Number::from(length))
    };
    position().ok().and_then(|place| place.round(0, Rounding::HalfUp).to_i64()).unwrap_or(0)
}

/// The scores of some years as dots between the lines of the ratings.
#[derive(Debug, PartialEq, Eq)]
pub struct YearsDrawing {
    /// The dots, oldest first; a year without a score has none.
    pub dots: Vec<Dot>,
    /// The line from dot to dot, as points of a polyline.
    pub path: String,
    /// The lines of the ratings.
    pub lines: Vec<Rule>,
    /// The years below.
    pub labels: Vec<Label>,
}

/// A dot with its score.
#[derive(Debug, PartialEq, Eq)]
pub struct Dot {
    /// Across.
    pub x: i64,
    /// Down.
    pub y: i64,
    /// Where its score stands, down.
    pub text_y: i64,
    /// The score.
    pub score: Figure,
    /// Whether it is the year that the page is about.
    pub current: bool,
}

/// A line across with its words at the end.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Down.
    pub y: i64,
    /// Where its words stand, down.
    pub text_y: i64,
    /// The rating.
    pub title: String,
    /// The score from which it holds.
    pub from: Figure,
}

/// A word below.
#[derive(Debug, PartialEq, Eq)]
pub struct Label {
    /// Across.
    pub x: i64,
    /// The year.
    pub title: String,
}

impl YearsDrawing {
    /// Width of the drawing.
    pub const WIDTH: i64 = 364;
    /// Height of the drawing.
    pub const HEIGHT: i64 = 208;
    /// Where the lines of the ratings end and their words begin.
    pub const LINE_END: i64 = 216;
    const TOP: i64 = 28;
    const BOTTOM: i64 = 172;
    /// Least distance of two lines of words.
    const LEADING: i64 = 16;

    /// Draws the years, oldest first. None without any score.
    #[must_use]
    pub fn new(years: &[Year], bands: &[BandLine]) -> Option<Self> {
        let scores = years.iter().filter_map(|year| year.score.map(|score| score.0));
        let shown: Vec<Number> = scores.chain(bands.iter().map(|band| band.from.0)).collect();
        years.iter().find(|year| year.score.is_some())?;
        let (low, high) = (*shown.iter().min()?, *shown.iter().max()?);
        let height = |value: Number| Self::BOTTOM - scale(value, low, high, Self::BOTTOM - Self::TOP);
        let step = Self::LINE_END / i64::try_from(years.len().max(1)).ok()?;
        let across = |place: usize| step / 2 + step * i64::try_from(place).unwrap_or(0);

        let dots: Vec<Dot> = years
            .iter()
            .enumerate()
            .filter_map(|(place, year)| {
                let score = year.score?;
                let y = height(score.0);
                Some(Dot { x: across(place), y, text_y: y - 11, score, current: year.current })
            })
            .collect();
        let path = dots.iter().map(|dot| format!("{},{}", dot.x, dot.y)).collect::<Vec<_>>().join(" ");
        let labels = years
            .iter()
            .enumerate()
            .map(|(place, year)| Label { x: across(place), title: year.title.clone() })
            .collect();
        Some(Self { dots, path, lines: Self::rules(bands, height), labels })
    }

    /// The lines from the lowest up, their words moved apart where they would overlap.
    fn rules(bands: &[BandLine], height: impl Fn(Number) -> i64) -> Vec<Rule> {
        let mut bands: Vec<&BandLine> = bands.iter().collect();
        bands.sort_by_key(|band| band.from);
        let mut above = i64::MAX;
        bands
            .into_iter()
            .map(|band| {
                let y = height(band.from.0);
                let text_y = (y + 4).min(above.saturating_sub(Self::LEADING));
                above = text_y;
                Rule { y, text_y, title: band.title.clone(), from: band.from }
            })
            .collect()
    }
}

/// A square code that a phone can read.
#[derive(Debug, PartialEq, Eq)]
pub struct SquareCode {
    /// Dark fields and the quiet zone around them, along one side.
    pub size: usize,
    /// The dark fields as the path of a drawing.
    pub path: String,
}

impl SquareCode {
    /// The quiet zone that readers ask for, in fields.
    const QUIET: usize = 4;

    /// The code of a text; none when it is too long for one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (place, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (place % width + Self::QUIET, place / width + Self::QUIET);
                // Writing to a string cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        Some(Self { size: width + 2 * Self::QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(text: &str) -> Figure {
        Figure(Number::parse(text).unwrap())
    }

    fn year(title: &str, score: Option<&str>) -> Year {
        Year { title: title.into(), score: score.map(figure), rating: "达标村社".into(), current: title == "2020" }
    }

    fn band(title: &str, from: &str) -> BandLine {
        BandLine { title: title.into(), from: figure(from) }
    }

    #[test]
    fn a_bar_never_leaves_its_track() {
        assert_eq!(bar(Number::from(5_i64), Number::from(6_i64)), 833);
        assert_eq!(bar(Number::from(7_i64), Number::from(6_i64)), BAR_LENGTH);
        assert_eq!(bar(Number::from(-1_i64), Number::from(6_i64)), 0);
        assert_eq!(bar(Number::from(1_i64), Number::ZERO), 0);
    }

    #[test]
    fn the_parts_of_a_bar_leave_no_gap() {
        let spans = stack(&[91, 283, 112, 17, 12]);
        assert!(spans.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x), "{spans:?}");
        assert_eq!(spans.iter().map(|span| span.width).sum::<i64>(), BAR_LENGTH);
    }

    #[test]
    fn a_higher_score_stands_higher() {
        let years = [year("2019", Some("89.3")), year("2020", Some("92.5"))];
        let drawing = YearsDrawing::new(&years, &[band("六无平安村社", "90"), band("达标村社", "75")]).unwrap();
        let [before, now] = drawing.dots.as_slice() else { panic!("two dots") };
        assert!(now.y < before.y && now.current && !before.current);
        assert!(before.y > drawing.lines.last().unwrap().y, "89.3 is below the line of 90");
    }

    #[test]
    fn words_of_close_lines_do_not_overlap() {
        let bands = [band("六无平安示范村社", "97"), band("六无平安村社", "96"), band("达标村社", "75")];
        let drawing = YearsDrawing::new(&[year("2020", Some("92.5"))], &bands).unwrap();
        let heights: Vec<i64> = drawing.lines.iter().map(|line| line.text_y).collect();
        assert!(heights.windows(2).all(|pair| pair[0] - pair[1] >= YearsDrawing::LEADING), "{heights:?}");
    }

    #[test]
    fn a_year_without_a_score_has_a_label_and_no_dot() {
        let drawing = YearsDrawing::new(&[year("2019", None), year("2020", Some("92.5"))], &[]).unwrap();
        assert_eq!((drawing.dots.len(), drawing.labels.len()), (1, 2));
        assert_eq!(YearsDrawing::new(&[year("2020", None)], &[band("达标村社", "75")]), None);
    }

    #[test]
    fn a_square_code_keeps_its_quiet_zone() {
        let code = SquareCode::new("https://example.cn/receipts/3f9a2c41").unwrap();
        assert!(code.path.starts_with("M4 4h1"), "the first dark field stands inside the zone");
        assert!(code.size >= 21 + 8);
        assert_eq!(SquareCode::new(&"x".repeat(10_000)), None);
    }
}
