use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse_exact(text).unwrap()
}

/// Checks `expected` against the exact text of a result.
fn same(result: Result<Number, NumberError>, expected: &str) {
    assert_eq!(result.unwrap().to_exact(), expected);
}

#[test]
fn division_never_truncates() {
    same(number("7").div(number("2")), "3.5");
    same(number("1").div(number("3")), "1/3");
    same(number("1/3").mul(number("3")), "1");
    assert_eq!(number("1").div(Number::ZERO), Err(NumberError::DivisionByZero));
}

#[test]
fn a_remainder_has_the_sign_of_the_dividend() {
    same(number("7").rem(number("3")), "1");
    same(number("-7").rem(number("3")), "-1");
    same(number("7").rem(number("-3")), "1");
    same(number("7.5").rem(number("2")), "1.5");
    same(number("-0.3").rem(number("1/7")), "-1/70");
    assert_eq!(number("1").rem(Number::ZERO), Err(NumberError::DivisionByZero));
}

#[test]
fn powers_are_exact_and_may_be_negative() {
    same(number("1.5").pow(2), "2.25");
    same(number("-2").pow(3), "-8");
    same(number("3").pow(-2), "1/9");
    same(Number::ZERO.pow(0), "1");
    same(number("-1").pow(i64::MIN), "1");
    same(number("2").pow(126), "85070591730234615865843651857942052864");
    same(number("2").pow(127), "170141183460469231731687303700000000000");
    assert_eq!(number("2").pow(128), Err(NumberError::TooLarge));
    assert_eq!(Number::ZERO.pow(-1), Err(NumberError::DivisionByZero));
}

#[test]
fn each_mode_rounds_its_own_way() {
    let cases = [
        ("2.5", "3", "2", "2", "3"),
        ("-2.5", "-3", "-2", "-2", "-3"),
        ("3.5", "4", "4", "3", "4"),
        ("2.4", "2", "2", "2", "3"),
        ("-2.6", "-3", "-3", "-2", "-3"),
        ("1/3", "0", "0", "0", "1"),
        ("-0.2", "0", "0", "0", "-1"),
        ("7", "7", "7", "7", "7"),
    ];
    for (given, half_up, half_even, down, up) in cases {
        let expected = [half_up, half_even, down, up];
        let modes = [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up];
        for (mode, expected) in modes.into_iter().zip(expected) {
            assert_eq!(number(given).round(0, mode).to_string(), expected, "{given} {mode:?}");
        }
    }
    assert_eq!(number("99.995").round(2, Rounding::HalfUp), number("100"));
    assert_eq!(number("2/3").round(3, Rounding::HalfUp), number("0.667"));
}

#[test]
fn floor_ceil_and_trunc_agree_with_the_number_line() {
    for (given, floor, ceil, trunc) in [("2.5", "2", "3", "2"), ("-2.5", "-3", "-2", "-2"), ("-4", "-4", "-4", "-4")] {
        let given = number(given);
        assert_eq!((given.floor(), given.ceil(), given.trunc()), (number(floor), number(ceil), number(trunc)));
    }
}

#[test]
fn what_no_longer_fits_goes_on_as_28_digits() {
    // The denominators 3⁵⁰ and 7³⁵ fit apart, their product does not.
    let left = number("3").pow(-50).unwrap();
    let right = number("7").pow(-35).unwrap().mul(number("3").pow(60).unwrap()).unwrap();
    assert_eq!(left.decimal_places(), None);
    let sum = left.add(right).unwrap();
    assert!(sum.decimal_places().is_some());
    assert_eq!(sum.to_string(), "0.1119035547630457740682193401");
    same(number("12345678901234567890123456789/7").add(number("1/100000000000")), "1763668414462081127160493827");
}

#[test]
fn a_wide_detour_that_reduces_is_still_exact() {
    let large = number("10").pow(30).unwrap();
    // 10³⁰ × 10³⁰ does not fit on the way, the result does.
    same(large.div(number("7")).unwrap().mul(number("7").div(large).unwrap()), "1");
}

#[test]
fn the_ends_of_the_range_are_held() {
    let largest = Number::try_from(i128::MAX).unwrap();
    same(largest.sub(largest), "0");
    same(largest.sub(number("1/3")), "170141183460469231731687303700000000000");
    same((-largest).sub(Number::ONE), "-170141183460469231731687303700000000000");
    assert_eq!(largest.add(largest), Err(NumberError::TooLarge));
    assert_eq!(Number::try_from(i128::MIN), Err(NumberError::TooLarge));
}

#[test]
fn what_is_smaller_than_38_places_becomes_zero() {
    same(number("10").pow(-38), "0.00000000000000000000000000000000000001");
    same(number("10").pow(-20).unwrap().mul(number("10").pow(-20).unwrap()), "0");
}

#[test]
fn plain_decimals_are_read() {
    for (text, shown) in
        [("0", "0"), ("-0", "0"), ("+3", "3"), ("007", "7"), ("-12.50", "-12.5"), (".5", "0.5"), ("100", "100")]
    {
        assert_eq!(Number::parse(text).unwrap().to_string(), shown, "{text}");
    }
}

#[test]
fn anything_else_is_refused() {
    for text in
        ["", "-", ".", "5.", "1.2.3", "1,000", "1 000", " 1", "1e3", "１", "一", "--1", "+-1", "0x1", "1/2", "NaN"]
    {
        assert_eq!(Number::parse(text), Err(NumberError::Malformed), "{text}");
    }
    assert_eq!(Number::parse(&"9".repeat(40)), Err(NumberError::TooLarge));
    assert_eq!(Number::parse(&format!("0.{}1", "0".repeat(38))), Err(NumberError::TooLarge));
}

#[test]
fn exponents_of_json_are_exact_and_bounded() {
    for (text, shown) in
        [("1e3", "1000"), ("12.5E-1", "1.25"), ("-2.50e+1", "-25"), ("1000e-3", "1"), ("0e999", "0"), ("42", "42")]
    {
        assert_eq!(Number::parse_json(text).unwrap().to_string(), shown, "{text}");
    }
    for text in ["1e39", "1e-39", "1e999999999999999", "1e2147483647", "1e-2147483648"] {
        assert_eq!(Number::parse_json(text), Err(NumberError::TooLarge), "{text}");
    }
    for text in ["e3", "1e", "1e+", "1e1.5", "1e1e1", "1e+-1", "1e 1"] {
        assert_eq!(Number::parse_json(text), Err(NumberError::Malformed), "{text}");
    }
}

#[test]
fn a_number_is_shown_in_one_way() {
    for (exact, shown) in [
        ("1/3", "0.3333333333"),
        ("2/3", "0.6666666667"),
        ("-2/3", "-0.6666666667"),
        ("1/30000000000", "0"),
        ("299999999999/300000000000", "1"),
        ("1/8", "0.125"),
        ("1/2251799813685248", "0.000000000000000444089209850062616169452667236328125"),
    ] {
        assert_eq!(number(exact).to_string(), shown);
    }
    assert_eq!(format!("{:>6}|{:<6}|{:06}", number("2.5"), number("-2.5"), number("-2.5")), "   2.5|-2.5  |-002.5");
}

#[test]
fn storing_is_exact() {
    for exact in ["\"1/3\"", "\"-12.5\"", "\"0\"", "\"1/85070591730234615865843651857942052864\""] {
        let stored: Number = serde_json::from_str(exact).unwrap();
        assert_eq!(serde_json::to_string(&stored).unwrap(), exact);
    }
    for broken in ["\"1/0\"", "\"1/\"", "\"1/2/3\"", "\"0.5/2\"", "\"x\"", "1"] {
        assert!(serde_json::from_str::<Number>(broken).is_err(), "{broken}");
    }
}

#[test]
fn decimals_keep_their_value() {
    let decimal = Decimal::from_i128_with_scale(-79_228_162_514_264_337_593_543_950_335, 28);
    assert_eq!(Number::from_decimal(decimal).to_string(), "-7.9228162514264337593543950335");
    assert_eq!(Number::from_decimal(Decimal::new(1000, 3)), Number::ONE);
}

#[test]
fn only_whole_numbers_of_64_bits_become_integers() {
    assert_eq!(Number::from(i64::MIN).to_i64(), Some(i64::MIN));
    assert_eq!(number("0.5").to_i64(), None);
    assert_eq!(number("9223372036854775808").to_i64(), None);
}

#[test]
fn rates_are_fractions_until_rounded() {
    same(percent(number("1"), number("3")), "100/3");
    same(per_thousand(number("3"), number("1500")), "2");
    assert_eq!(percent(number("1"), Number::ZERO), Err(NumberError::DivisionByZero));
}

#[test]
fn places_are_counted_unless_the_decimal_never_ends() {
    for (exact, places) in [("3", Some(0)), ("0.25", Some(2)), ("1/3", None), ("1/6", None), ("7/40", Some(3))] {
        assert_eq!(number(exact).decimal_places(), places, "{exact}");
    }
}

/// Fractions whose sums and products fit.
fn small() -> impl Strategy<Value = Number> {
    (any::<i32>(), 1..100_000_i64).prop_map(|(top, bottom)| Number::fraction(i64::from(top), bottom).unwrap())
}

/// Fractions of every length up to the limit.
/// Parts of all lengths, up to the ends of 64 bits.
fn of_64_bits() -> impl Strategy<Value = Number> {
    (any::<i64>(), 0_u32..64, 1_i64..=i64::MAX, 0_u32..63)
        .prop_map(|(top, short, bottom, shorter)| Number::fraction(top >> short, (bottom >> shorter).max(1)).unwrap())
}

fn any_number() -> impl Strategy<Value = Number> {
    let part = || (any::<i128>(), 1_u32..128).prop_map(|(bits, drop)| bits >> drop);
    (part(), part()).prop_map(|(top, bottom)| {
        let bottom = if bottom == 0 { 1 } else { bottom };
        Number::try_from(top).unwrap().div(Number::try_from(bottom).unwrap()).unwrap()
    })
}

proptest! {
    #[test]
    fn calculating_with_small_numbers_obeys_the_laws(a in small(), b in small(), c in small()) {
        prop_assert_eq!(a.add(b)?.add(c)?, a.add(b.add(c)?)?);
        prop_assert_eq!(a.mul(b)?.mul(c)?, a.mul(b.mul(c)?)?);
        prop_assert_eq!(a.mul(b.add(c)?)?, a.mul(b)?.add(a.mul(c)?)?);
        prop_assert_eq!(a.sub(b)?.add(b)?, a);
        if !b.is_zero() {
            prop_assert_eq!(a.div(b)?.mul(b)?, a);
            let whole = a.div(b)?.trunc();
            prop_assert_eq!(whole.mul(b)?.add(a.rem(b)?)?, a);
        }
    }

    #[test]
    fn what_fits_64_bits_comes_to_what_the_long_way_comes_to(a in of_64_bits(), b in of_64_bits(), places in 0_u32..20) {
        prop_assert_eq!(a.add(b), a.add_wide(b));
        prop_assert_eq!(a.sub(b), a.add_wide(-b));
        prop_assert_eq!(a.mul(b), a.mul_wide(b));
        prop_assert_eq!(a.cmp(&b), a.0.cmp(&b.0));
        for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up] {
            prop_assert_eq!(a.round(places, mode), a.round_wide(places, mode));
        }
    }

    #[test]
    fn order_is_the_sign_of_the_difference(a in any_number(), b in any_number()) {
        if let Ok(difference) = a.sub(b) && !difference.is_zero() {
            prop_assert_eq!(a < b, difference.is_negative());
        }
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
    }

    #[test]
    fn nothing_panics_and_order_of_operands_does_not_matter(a in any_number(), b in any_number(), exponent in -70_i64..70) {
        prop_assert_eq!(a.add(b), b.add(a));
        prop_assert_eq!(a.mul(b), b.mul(a));
        prop_assert_eq!(a.sub(b), b.sub(a).map(|difference| -difference));
        let _ = (a.div(b), a.rem(b), a.pow(exponent), a.to_string());
    }

    #[test]
    fn exact_text_is_read_back(a in any_number()) {
        prop_assert_eq!(Number::parse_exact(&a.to_exact()), Ok(a));
    }

    #[test]
    fn a_shown_decimal_is_read_back(digits in any::<i64>(), places in 0_u32..28) {
        let given = Number::from_decimal(Decimal::from_i128_with_scale(i128::from(digits), places));
        prop_assert_eq!(Number::parse(&given.to_string()), Ok(given));
        prop_assert_eq!(Number::parse_json(&given.to_string()), Ok(given));
    }

    #[test]
    fn a_result_too_long_is_off_by_less_than_its_28th_digit(a in any_number(), b in any_number()) {
        // (a × b) / b differs from a by the two roundings alone.
        if let Ok(product) = a.mul(b) && !b.is_zero() && product.abs() >= Number::fraction(1, 1_000_000_000)?
            && a.abs() >= Number::fraction(1, 1_000_000_000)?
            && let Ok(back) = product.div(b)
        {
            let error = back.sub(a)?.abs();
            prop_assert!(error.div(a.abs())? <= Number::parse_json("1e-26")?, "{} {} {}", a, b, back);
        }
    }

    #[test]
    fn rounding_moves_by_less_than_the_last_place(a in any_number(), places in 0_u32..60) {
        // A number too long for its places keeps 28 digits instead.
        let unit = number("10").pow(-i64::from(places.min(38)))?.max(a.abs().mul(Number::parse_json("1e-27")?)?);
        for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up] {
            let rounded = a.round(places, mode);
            prop_assert!(rounded.sub(a)?.abs() <= unit, "{} to {} {:?}: {}", a, places, mode, rounded);
            prop_assert!(rounded.decimal_places().is_some_and(|left| left <= places.min(38)));
        }
    }

    #[test]
    fn scaled_digits_lead_back_to_the_number(digits: i64, places in 0_u32..=18) {
        let number = Number::from_scaled(digits, places);
        prop_assert_eq!(number, Number::from_i64(digits).div(number_of_places(places))?);
        prop_assert_eq!(number.scaled(places), Some(digits));
    }

    #[test]
    fn reading_never_panics(text in ".{0,60}", digits in "[-+0-9.eE/]{0,60}") {
        for text in [text, digits] {
            let _ = (Number::parse(&text), Number::parse_json(&text), Number::parse_exact(&text));
        }
    }
}

fn number_of_places(places: u32) -> Number {
    (0..places).fold(Number::ONE, |power, _| power.mul(Number::from_i64(10)).unwrap())
}
