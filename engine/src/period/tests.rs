use proptest::prelude::*;

use super::*;

fn period(text: &str) -> Period {
    Period::parse(text).unwrap()
}

fn date(text: &str) -> Date {
    parse_date(text).unwrap()
}

fn names(periods: &[Period]) -> Vec<String> {
    periods.iter().map(|period| period.name()).collect()
}

#[test]
fn every_form_has_its_days_and_its_chinese_title() {
    let cases = [
        ("2020", "2020-01-01", "2020-12-31", "2020年度"),
        ("2020H1", "2020-01-01", "2020-06-30", "2020年上半年"),
        ("2020H2", "2020-07-01", "2020-12-31", "2020年下半年"),
        ("2020Q1", "2020-01-01", "2020-03-31", "2020年第一季度"),
        ("2020Q3", "2020-07-01", "2020-09-30", "2020年第三季度"),
        ("2020-02", "2020-02-01", "2020-02-29", "2020年2月"),
        ("2020-W05", "2020-01-27", "2020-02-02", "2020年第5周"),
        ("2020-W01", "2019-12-30", "2020-01-05", "2020年第1周"),
        ("2020-W53", "2020-12-28", "2021-01-03", "2020年第53周"),
        ("2020-07-01", "2020-07-01", "2020-07-01", "2020年7月1日"),
        ("2018-03-01..2022-12-31", "2018-03-01", "2022-12-31", "2018年3月1日至2022年12月31日"),
    ];
    for (name, from, to, title) in cases {
        let period = period(name);
        assert_eq!((period.from(), period.to()), (date(from), date(to)), "{name}");
        assert_eq!((period.name(), period.title_zh()), (name.to_owned(), title.to_owned()));
        assert_eq!(period.days(), days_between(date(from), date(to)) + 1);
    }
}

#[test]
fn small_letters_are_read_and_written_large() {
    assert_eq!(period("2020q3").name(), "2020Q3");
    assert_eq!(period("2020-w05").name(), "2020-W05");
}

#[test]
fn other_texts_are_refused_with_the_forms_that_are_accepted() {
    for text in [
        "",
        "20",
        "020",
        "0000",
        "2020H3",
        "2020H",
        "2020Q0",
        "2020Q5",
        "2020-13",
        "2020-00",
        "2020-7",
        "2020-W54",
        "2019-W53",
        "2020-W5",
        "2020-02-30",
        "2020/07",
        "2020年",
        "二〇二〇",
        "２０２０",
        "2020..",
        "..2020",
        "+202",
        "2020-07-01T08:00",
    ] {
        assert!(matches!(Period::parse(text), Err(PeriodError::Unknown { .. })), "{text}");
    }
    let message = Period::parse("2020/07").unwrap_err().to_string();
    assert!(message.starts_with("`2020/07` is not a period; write 2020, 2020H1"), "{message}");
}

#[test]
fn a_range_is_all_its_periods_and_two_days_are_one_span() {
    assert_eq!(names(&Period::parse_list("2018..2020").unwrap()), ["2018", "2019", "2020"]);
    assert_eq!(Period::parse_list("2020-01..2020-06").unwrap().len(), 6);
    assert_eq!(names(&Period::parse_list("2020-W52..2021-W01").unwrap()), ["2020-W52", "2020-W53", "2021-W01"]);
    assert_eq!(names(&Period::parse_list("2018-03-01..2022-12-31").unwrap()), ["2018-03-01..2022-12-31"]);
    assert_eq!(names(&Period::parse_list("2020..2020").unwrap()), ["2020"]);
}

#[test]
fn a_list_is_sorted_and_names_each_period_once() {
    let list = Period::parse_list("2020Q3, 2020Q1..2020Q2，2020Q1").unwrap();
    assert_eq!(names(&list), ["2020Q1", "2020Q2", "2020Q3"]);
}

#[test]
fn a_range_must_run_forward_between_like_ends() {
    assert!(matches!(Period::parse_list("2020..2018"), Err(PeriodError::Reversed { .. })));
    assert!(matches!(Period::parse("2020-02-01..2020-01-01"), Err(PeriodError::Reversed { .. })));
    assert!(matches!(Period::parse_list("2019..2020Q1"), Err(PeriodError::Unlike { .. })));
    assert!(matches!(Period::parse("2018..2020"), Err(PeriodError::Several { .. })));
    assert!(matches!(Period::parse_list("2020,"), Err(PeriodError::Unknown { .. })));
    assert!(matches!(Period::parse_list("0001..9999"), Err(PeriodError::TooMany { .. })));
    assert_eq!(Period::parse_list("1921-01..2020-12").unwrap().len(), 1200);
}

#[test]
fn neighbours_are_of_the_same_kind() {
    for (given, previous, next) in [
        ("2020", "2019", "2021"),
        ("2020H1", "2019H2", "2020H2"),
        ("2020Q1", "2019Q4", "2020Q2"),
        ("2020-03", "2020-02", "2020-04"),
        ("2021-W01", "2020-W53", "2021-W02"),
        ("2020-03-01", "2020-02-29", "2020-03-02"),
        ("2020-03-01..2020-03-10", "2020-02-20..2020-02-29", "2020-03-11..2020-03-20"),
    ] {
        let given = period(given);
        assert_eq!(given.previous().unwrap().name(), previous);
        assert_eq!(given.next().unwrap().name(), next);
    }
    assert_eq!(period("2020Q1").back(5).unwrap().name(), "2018Q4");
    assert_eq!(period("2020-01").back(-14).unwrap().name(), "2021-03");
}

#[test]
fn leaving_the_calendar_is_an_error() {
    for text in ["0001", "0001-01", "0001-W01", "0001-01-01", "0001-01-01..0001-01-02"] {
        assert_eq!(period(text).previous(), Err(PeriodError::OutOfRange), "{text}");
    }
    for text in ["9999", "9999Q4", "9999-12", "9999-W52", "9999-12-31"] {
        assert_eq!(period(text).next(), Err(PeriodError::OutOfRange), "{text}");
        assert_eq!(period(text).back(i64::MIN), Err(PeriodError::OutOfRange), "{text}");
        assert_eq!(period(text).back(i64::MAX), Err(PeriodError::OutOfRange), "{text}");
    }
    assert_eq!(period("9999").weeks().len(), 52);
}

#[test]
fn a_year_splits_into_what_it_holds() {
    let year = period("2020");
    for (granularity, count, first, last) in [
        (Granularity::Year, 1, "2020", "2020"),
        (Granularity::HalfYear, 2, "2020H1", "2020H2"),
        (Granularity::Quarter, 4, "2020Q1", "2020Q4"),
        (Granularity::Month, 12, "2020-01", "2020-12"),
        (Granularity::Week, 53, "2020-W01", "2020-W53"),
        (Granularity::Day, 366, "2020-01-01", "2020-12-31"),
    ] {
        let parts = names(&year.split(granularity).unwrap());
        assert_eq!((parts.len(), parts[0].as_str(), parts[parts.len() - 1].as_str()), (count, first, last));
    }
}

#[test]
fn weeks_belong_where_their_thursday_lies() {
    assert_eq!(period("2021").weeks()[0].name(), "2021-W01");
    assert_eq!(names(&period("2020-10").weeks()), ["2020-W40", "2020-W41", "2020-W42", "2020-W43", "2020-W44"]);
    assert_eq!(period("2020-W01").year(), 2020);
    assert_eq!(period("2020-W40").month(), Some(10));
    assert_eq!(names(&period("2020-W40").weeks()), ["2020-W40"]);
    assert!(period("2020-10-01").weeks().is_empty());
}

#[test]
fn neither_a_shorter_period_nor_a_free_span_is_split() {
    assert_eq!(period("2020-07").split(Granularity::Quarter), None);
    assert_eq!(period("2020-W05").split(Granularity::Month), None);
    assert_eq!(period("2018-03-01..2022-12-31").split(Granularity::Year), None);
    assert_eq!(period("2020-07-01..2020-07-01").split(Granularity::Day), None);
}

#[test]
fn a_free_span_knows_the_whole_periods_in_it() {
    let span = period("2020-01-15..2020-07-31");
    assert_eq!(names(&span.months()), ["2020-02", "2020-03", "2020-04", "2020-05", "2020-06", "2020-07"]);
    assert_eq!(names(&span.quarters()), ["2020Q2"]);
    assert_eq!(names(&period("2020-01-28..2020-02-10").weeks()), ["2020-W06"]);
}

#[test]
fn a_period_names_the_longer_ones_it_lies_in() {
    let parts = |text: &str| {
        let period = period(text);
        (period.year(), period.half(), period.quarter(), period.month())
    };
    assert_eq!(parts("2020"), (2020, None, None, None));
    assert_eq!(parts("2020H2"), (2020, Some(2), None, None));
    assert_eq!(parts("2020Q3"), (2020, Some(2), Some(3), None));
    assert_eq!(parts("2020-06"), (2020, Some(1), Some(2), Some(6)));
    assert_eq!(parts("2020-12-31"), (2020, Some(2), Some(4), Some(12)));
    assert_eq!(parts("2018-03-01..2022-12-31"), (2022, None, None, None));
}

#[test]
fn dates_of_a_weekday_are_listed() {
    let mondays = period("2020-06").dates(weekday_from_key("monday").unwrap());
    assert_eq!(mondays, ["2020-06-01", "2020-06-08", "2020-06-15", "2020-06-22", "2020-06-29"].map(date));
    assert!(period("2020-06-02").dates(Weekday::Monday).is_empty());
    assert_eq!(period("9999").dates(Weekday::Friday).last(), Some(&date("9999-12-31")));
}

#[test]
fn months_end_early_and_leap_days_go_where_told() {
    assert_eq!(plus_months(date("2020-01-31"), 1), Ok(date("2020-02-29")));
    assert_eq!(plus_months(date("2020-03-31"), -1), Ok(date("2020-02-29")));
    assert_eq!(plus_years(date("2020-02-29"), 1, LeapDay::Previous), Ok(date("2021-02-28")));
    assert_eq!(plus_years(date("2020-02-29"), 1, LeapDay::Next), Ok(date("2021-03-01")));
    assert_eq!(plus_years(date("2020-02-29"), 4, LeapDay::Next), Ok(date("2024-02-29")));
    assert_eq!(plus_years(date("2020-02-28"), 1, LeapDay::Next), Ok(date("2021-02-28")));
    assert_eq!(plus_days(date("2020-02-28"), 2), Ok(date("2020-03-01")));
    assert_eq!(days_between(date("2020-03-01"), date("2020-02-28")), -2);
    for far in [i64::MIN, -2_000_000, 5_000_000, i64::MAX] {
        assert_eq!(plus_days(date("2020-01-01"), far), Err(PeriodError::OutOfRange));
        assert_eq!(plus_months(date("2020-01-01"), far), Err(PeriodError::OutOfRange));
        assert_eq!(plus_years(date("2020-01-01"), far, LeapDay::Next), Err(PeriodError::OutOfRange));
    }
}

#[test]
fn times_are_moved_to_the_clocks_of_china() {
    for (given, expected) in [
        ("2020-02-29T08:30", "2020-02-29T08:30:00"),
        ("2020-02-29 08:30:15", "2020-02-29T08:30:15"),
        ("2020-02-29T08:30:15.25", "2020-02-29T08:30:15.25"),
        ("2020-02-29T00:30:00Z", "2020-02-29T08:30:00"),
        ("2020-02-29T08:30:00+08:00", "2020-02-29T08:30:00"),
        ("2020-02-28T20:00:00-05:00", "2020-02-29T09:00:00"),
        ("2020-12-31T16:00z", "2021-01-01T00:00:00"),
    ] {
        assert_eq!(parse_time(given).unwrap().to_string(), expected, "{given}");
    }
    for text in [
        "2020-02-29",
        "2020-02-30T08:00",
        "2020-02-29T24:00",
        "2020-02-29T08:60",
        "2020-02-29T8:30",
        "2020-02-29T08:30:60",
        "2020-02-29T08",
        "2020-02-29T08:30+8",
        "2020-02-29T08:30+24:00",
        "2020-02-29T08:30:",
        "2020-02-29T08:30:00.",
        "T",
        "",
    ] {
        assert!(matches!(parse_time(text), Err(PeriodError::NotATime { .. })), "{text}");
    }
    assert_eq!(parse_time("9999-12-31T23:00Z"), Err(PeriodError::OutOfRange));
    assert_eq!(seconds_between(parse_time("2020-02-28T23:00").unwrap(), parse_time("2020-02-29T01:30").unwrap()), 9000);
}

#[test]
fn only_iso_dates_are_dates() {
    for text in [
        "2020-2-29",
        "2021-02-29",
        "20200229",
        "2020-02-29 ",
        "0000-01-01",
        "-020-01-01",
        "2020-02-29-01",
        "2020/02/29",
    ] {
        assert!(matches!(parse_date(text), Err(PeriodError::NotADate { .. })), "{text}");
    }
    assert_eq!(format_date_zh(date("2020-03-01")), "2020年3月1日");
    assert_eq!(format_time_zh(parse_time("2020-03-01 08:05:59").unwrap()), "2020年3月1日08:05");
}

#[test]
fn keys_and_stored_names_are_read_back() {
    for granularity in Granularity::ALL {
        assert_eq!(Granularity::from_key(granularity.key()), Some(granularity));
        assert_eq!(serde_json::to_string(&granularity).unwrap(), format!("\"{}\"", granularity.key()));
    }
    let stored = serde_json::to_string(&period("2020Q3")).unwrap();
    assert_eq!(stored, "\"2020Q3\"");
    assert_eq!(serde_json::from_str::<Period>(&stored).unwrap(), period("2020Q3"));
    assert!(serde_json::from_str::<Period>("\"2020Q9\"").is_err());
}

fn any_date() -> impl Strategy<Value = Date> {
    (0_i64..3_652_059).prop_map(|days| plus_days(date("0001-01-01"), days).unwrap())
}

proptest! {
    #[test]
    fn the_name_is_the_period(granularity in 0_usize..6, day in any_date(), length in 0_i64..10_000) {
        let period = Period::containing(Granularity::ALL[granularity], day);
        prop_assert!(period.contains(day));
        prop_assert_eq!(Period::parse(&period.name()), Ok(period));
        if let Ok(end) = plus_days(day, length) {
            let span = Period::span(day, end)?;
            prop_assert_eq!(Period::parse(&span.name()), Ok(span));
        }
    }

    #[test]
    fn periods_follow_each_other_without_a_gap(granularity in 0_usize..6, day in any_date()) {
        let period = Period::containing(Granularity::ALL[granularity], day);
        if let Ok(next) = period.next() {
            prop_assert_eq!(days_between(period.to(), next.from()), 1);
            prop_assert_eq!(next.previous(), Ok(period));
        }
    }

    #[test]
    fn parts_cover_a_period_of_months(day in any_date(), whole in 3_usize..6, part in 2_usize..6) {
        let period = Period::containing(Granularity::ALL[whole], day);
        if let Some(parts) = period.split(Granularity::ALL[part]) {
            prop_assert_eq!(parts.iter().map(|part| part.days()).sum::<i64>(), period.days());
        }
    }

    #[test]
    fn every_week_belongs_to_one_month(day in any_date()) {
        let week = Period::containing(Granularity::Week, day);
        let month = Period::containing(Granularity::Month, day);
        let around = [month.previous().ok(), Some(month), month.next().ok()];
        let owners = around.into_iter().flatten().filter(|month| month.weeks().contains(&week)).count();
        prop_assert_eq!(owners, 1);
    }

    #[test]
    fn the_number_of_a_day_leads_back_to_it(day in any_date(), number: i32) {
        prop_assert_eq!(day_of_number(day_number(day)), Some(day));
        if let Some(day) = day_of_number(number) {
            prop_assert_eq!(day_number(day), number);
        }
    }

    #[test]
    fn reading_never_panics(text in ".{0,30}", form in "[0-9TZWHQ.: +,-]{0,30}") {
        for text in [text, form] {
            let _ = (Period::parse(&text), Period::parse_list(&text), parse_date(&text), parse_time(&text));
        }
    }
}
