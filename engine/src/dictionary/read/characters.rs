//! Characters that look alike: full-width forms, blanks of all kinds, invisible marks.
//!
//! Most texts are in the form that is asked for already; they are given back as they are.

use std::borrow::Cow;

/// The text without blanks and invisible marks at its ends: spaces of every width, tabs, line ends, byte-order marks.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

/// The text with full-width letters, digits and punctuation as half-width ones, every blank as a plain space, and without
/// invisible marks; also the full stop of Chinese as a point.
pub fn half_width(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_plain_ascii(c) || is_ideograph(c) || (!is_invisible(c) && half_width_char(c) == c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).map(half_width_char).collect())
}

/// The form in which names are compared: half-width, lower case, without blanks and without the differences between kinds
/// of quotation marks and brackets.
pub fn comparable(text: &str) -> String {
    comparable_form(text).into_owned()
}

/// The same as it stands, if it stands so.
pub fn comparable_form(text: &str) -> Cow<'_, str> {
    let stays = |c: char| match c {
        ' ' | '\'' | '[' | ']' | 'A'..='Z' => false,
        c => is_plain_ascii(c) || is_ideograph(c),
    };
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    let compared = text
        .chars()
        .filter(|c| !is_invisible(*c) && !c.is_whitespace())
        .map(half_width_char)
        .map(|c| match c {
            '“' | '”' | '「' | '」' | '『' | '』' | '‘' | '’' | '\'' => '"',
            '〔' | '【' | '[' | '〈' => '(',
            '〕' | '】' | ']' | '〉' => ')',
            other => other,
        })
        .flat_map(char::to_lowercase);
    Cow::Owned(compared.collect())
}

fn is_plain_ascii(c: char) -> bool {
    matches!(c, ' '..='~')
}

/// The characters of nearly all Chinese text: none of them looks like another one here, none has a case.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

fn half_width_char(c: char) -> char {
    match c {
        // The full-width forms stand in the order of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2212}' | '\u{2013}' | '\u{fe63}' => '-',
        '。' | '\u{ff61}' => '.',
        c if c.is_whitespace() => ' ',
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
        || (c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_forms_become_half_width() {
        let wide: String = "1,234.5%(A)".chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
        assert_eq!(half_width(&wide), "1,234.5%(A)");
        assert_eq!(half_width("2020\u{3000}年\u{a0}2月"), "2020 年 2月");
    }

    #[test]
    fn a_text_that_stays_as_it_is_is_not_copied_and_every_other_one_is_told_from_it() {
        for c in '\u{1}'..='\u{ffff}' {
            let text = c.to_string();
            let wide: String = [c].into_iter().filter(|c| !is_invisible(*c)).map(half_width_char).collect();
            assert_eq!(half_width(&text), wide, "{c:?}");
            if let Cow::Borrowed(same) = comparable_form(&text) {
                // With a character that is not left as it is, the whole text goes the long way.
                let compared = comparable(&format!("{same}X"));
                assert_eq!(compared, format!("{same}x"), "{c:?}");
            }
        }
        assert!(matches!(half_width("上岙村 12.5%"), Cow::Borrowed(_)));
        assert!(matches!(comparable_form("上岙村12.5%"), Cow::Borrowed(_)));
    }

    #[test]
    fn marks_nobody_sees_are_dropped() {
        assert_eq!(trimmed("\u{feff} \u{3000}上岙村\u{200b}\n"), "上岙村");
        assert_eq!(comparable("死亡 人数\u{ff08}人\u{ff09}"), "死亡人数(人)");
        assert_eq!(comparable("「三合一」"), comparable("\"三合一\""));
    }
}
