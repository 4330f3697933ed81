//! Just enough reading of our own pages: tags, attributes, the text of what bears a class.

use liuwu_engine::number::Number;

/// The opening tags of a page.
pub fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|part| part.split('>').next()).filter(|tag| !tag.starts_with(['/', '!']))
}

/// The value of an attribute of a tag.
pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// The values of an attribute on a page, as the browser reads them.
pub fn values(html: &str, name: &str) -> Vec<String> {
    tags(html).filter_map(|tag| attribute(tag, name)).map(unescape).collect()
}

/// Text as the browser reads it.
pub fn unescape(text: &str) -> String {
    let entities = [("&#38;", "&"), ("&amp;", "&"), ("&#34;", "\""), ("&quot;", "\""), ("&#39;", "'"), ("&#60;", "<")];
    entities.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

/// The text of every element whose class attribute contains this one, tags left out.
pub fn texts_of(html: &str, class: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, _) in html.match_indices("class=\"") {
        let rest = &html[at + 7..];
        let classes = rest.split('"').next().unwrap();
        if classes.split(' ').any(|one| one == class) {
            let name = html[..at].rsplit('<').next().unwrap().split(' ').next().unwrap();
            let inner = rest.split_once('>').unwrap().1;
            texts.push(plain(&element(inner, name)));
        }
    }
    texts
}

/// What stands in an element of a name, from behind its opening tag to its own closing tag.
fn element(inner: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let (mut depth, mut at) = (1, 0);
    while depth > 0 {
        let next_close = inner[at..].find(&close).map(|place| at + place).unwrap();
        match inner[at..next_close].find(&open) {
            Some(place) => {
                depth += 1;
                at += place + open.len();
            }
            None => {
                depth -= 1;
                at = next_close + if depth > 0 { close.len() } else { 0 };
            }
        }
    }
    inner[..at].to_owned()
}

/// Without tags, spaces joined.
pub fn plain(html: &str) -> String {
    let text: String = html
        .split('<')
        .enumerate()
        .map(|(place, part)| if place == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) })
        .collect();
    unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The ledger of a village's page: what it starts from, the points of its lines, what it comes to.
#[derive(Debug)]
pub struct Ledger {
    pub base: Number,
    pub points: Vec<Number>,
    pub result: Option<Number>,
}

impl Ledger {
    pub fn read(html: &str) -> Ledger {
        let ledger = html.split("class=\"ledger panel\"").nth(1).unwrap().split("</section>").next().unwrap();
        let base = texts_of(ledger.split("ledger-base").nth(1).unwrap(), "sum").remove(0);
        let lines = ledger.split("<ol>").nth(1).unwrap().split("</ol>").next().unwrap();
        let points = texts_of(lines, "points");
        let result = texts_of(ledger, "ledger-result").remove(0);
        Ledger {
            base: number(&base).unwrap(),
            points: points.iter().map(|text| number(text.rsplit(' ').next().unwrap()).unwrap()).collect(),
            result: result.split_once("= ").and_then(|(_, score)| number(score)),
        }
    }

    /// What base and lines come to.
    pub fn sum(&self) -> Number {
        Number::sum(std::iter::once(self.base).chain(self.points.iter().copied())).unwrap()
    }
}

/// A number as it stands on a page.
pub fn number(text: &str) -> Option<Number> {
    Number::parse(&text.replace('−', "-").replace(['+', ','], "")).ok()
}
