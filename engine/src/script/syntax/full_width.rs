//! Full-width signs, which a Chinese keyboard types where the language has ASCII ones.

/// Signs with no ASCII twin of their own, with the sign that was meant.
const MEANT: [(char, &str); 14] = [
    ('“', "\""),
    ('”', "\""),
    ('‘', "\""),
    ('’', "\""),
    ('。', "."),
    ('、', ","),
    ('×', "*"),
    ('÷', "/"),
    ('≥', ">="),
    ('≤', "<="),
    ('≠', "!="),
    ('【', "["),
    ('】', "]"),
    ('\u{3000}', " "),
];

/// The ASCII sign that was meant by a full-width one.
pub(super) fn meant(sign: char) -> Option<String> {
    if let Some((_, ascii)) = MEANT.iter().find(|(wide, _)| *wide == sign) {
        return Some((*ascii).to_owned());
    }
    // The full-width forms of the printable ASCII signs stand in their order.
    let ascii = match sign {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(sign as u32 - 0xFEE0)?,
        _ => return None,
    };
    Some(ascii.to_string())
}

/// Where a line is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    /// A text, up to this sign.
    Text(char),
    /// A template; its `${…}` are code.
    Template,
}

/// A line with its full-width signs replaced, those in texts left alone.
pub(super) fn mend(line: &str, starts_in_template: bool) -> String {
    let mut within = vec![if starts_in_template { Inside::Template } else { Inside::Code }];
    let mut mended = String::with_capacity(line.len());
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let here = within.last().copied().unwrap_or(Inside::Code);
        match (here, letter) {
            (Inside::Text(end), letter) if letter == end => {
                within.pop();
                mended.push(if matches!(letter, '”' | '’') { '"' } else { letter });
                continue;
            }
            (Inside::Text(_), '\\') => {
                mended.push(letter);
                mended.extend(letters.next());
                continue;
            }
            (Inside::Template, '`') => drop(within.pop()),
            (Inside::Template, '$') if letters.peek() == Some(&'{') => within.push(Inside::Code),
            (Inside::Code, '`') => within.push(Inside::Template),
            (Inside::Code, '"') => within.push(Inside::Text('"')),
            (Inside::Code, '“') => within.push(Inside::Text('”')),
            (Inside::Code, '‘') => within.push(Inside::Text('’')),
            (Inside::Code, '}' | '｝') if within.len() > 1 => drop(within.pop()),
            _ => {}
        }
        match meant(letter).filter(|_| here == Inside::Code) {
            Some(ascii) => mended.push_str(&ascii),
            None => mended.push(letter),
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_in_texts_are_left_alone() {
        for (line, mended) in [
            ("deduct（1，“人口，多”）；", "deduct(1,\"人口，多\");"),
            ("deduct(1，\"人口，多\")；", "deduct(1,\"人口，多\");"),
            ("note(`共，${a，b}，件`)；", "note(`共，${a,b}，件`);"),
            ("if a ＝＝ １０ ｛ ！b ｝", "if a == 10 { !b }"),
            ("x ≥ 3、y ≠ ‘甲、乙’。", "x >= 3,y != \"甲、乙\"."),
        ] {
            assert_eq!(mend(line, false), mended);
        }
        assert_eq!(mend("死亡，${fire。deaths}人，", true), "死亡，${fire.deaths}人，");
    }
}
