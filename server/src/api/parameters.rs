//! What stands in an address or a body: checked, or a [`Problem`] that names the parameter and what should stand there.
//!
//! Next: [`super::answer`].

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use liuwu_engine::period::Period;
use serde::de::DeserializeOwned;

pub use crate::custody::asked::{batch, day, record};
use crate::error::Problem;
use crate::state::App;
use crate::store::RunId;

/// Items of a page when nobody says how many.
const PAGE: usize = 100;
/// Items of a page at most.
const LARGEST_PAGE: usize = 500;

/// The parameters behind the question mark. Names that the operation does not have are refused.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Query<T>, Problem> {
        let AxumQuery(parameters) =
            AxumQuery::try_from_uri(&parts.uri).map_err(|rejection| misread(&rejection.body_text()))?;
        Ok(Query(parameters))
    }
}

/// What is wrong, out of a text such as `Failed to deserialize query string: perod: unknown field `perod`, expected one of …`.
fn misread(text: &str) -> Problem {
    let quoted: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    if text.contains("unknown field") {
        let (name, known) = quoted.split_first().map_or(("?", [].as_slice()), |(name, known)| (*name, known));
        return Problem::parameter(
            name,
            format!("没有这个参数;可用的有 {}", known.join("、")),
            format!("there is no such parameter; there are {}", known.join(", ")),
        );
    }
    if text.contains("missing field") {
        return Problem::parameter(quoted.first().unwrap_or(&"?"), "必须填写", "must be given");
    }
    // The name stands before the last colon but one.
    let name = text.rsplit(": ").nth(1).unwrap_or("?");
    Problem::parameter(name, "无法读取", "cannot be read")
}

/// The parameters in the path.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Path<T>, Problem> {
        match AxumPath::from_request_parts(parts, app).await {
            Ok(AxumPath(path)) => Ok(Path(path)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(Problem::parameter("path", "应为编号", "a number belongs here"))
            }
            Err(_) => Err(Problem::Address),
        }
    }
}

/// A body in JSON.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Body<T>, Problem> {
        match Json::from_request(request, app).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::Media("application/json")),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::TooLarge(app.config().body_limit()))
            }
            Err(rejection) => Err(Problem::Body(rejection.body_text())),
        }
    }
}

/// A period.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn period(text: &str) -> Result<Period, Problem> {
    Period::parse(text).map_err(|error| {
        let expected = format!("「{text}」不是周期,请写 2020、2020H1、2020Q3、2020-07、2020-W05 或 2020-07-01");
        Problem::parameter("period", expected, error.to_string())
    })
}

/// How many items a page has.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(PAGE),
        Some(number) if (1..=LARGEST_PAGE).contains(&number) => Ok(number),
        Some(_) => Err(Problem::parameter(
            "limit",
            format!("应在 1 至 {LARGEST_PAGE} 之间"),
            format!("a number from 1 to {LARGEST_PAGE}"),
        )),
    }
}

/// Where the next page begins. Its text is nobody's business but ours, and may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The run that the pages are of, so that a new run in between does not mix with it.
    pub run: Option<RunId>,
    /// The last item of the page before.
    pub after: String,
}

impl Cursor {
    /// As text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let run = self.run.map(|run| run.to_string()).unwrap_or_default();
        format!("{run}/{}", self.after).bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`Problem::Parameter`].
    pub fn read(text: &str) -> Result<Cursor, Problem> {
        read_cursor(text).ok_or_else(|| {
            Problem::parameter("cursor", "应为上一页给出的 next", "must be the `next` of the page before")
        })
    }
}

fn read_cursor(text: &str) -> Option<Cursor> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok());
    let plain = String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok()?;
    let (run, after) = plain.split_once('/')?;
    let run = if run.is_empty() { None } else { Some(RunId(run.parse().ok()?)) };
    Some(Cursor { run, after: after.to_owned() })
}

/// The number of a run.
///
/// # Errors
/// [`Problem::Parameter`].
pub fn run(text: &str) -> Result<RunId, Problem> {
    text.parse()
        .map(RunId)
        .map_err(|_| Problem::parameter("run", format!("「{text}」不是编号"), format!("`{text}` is not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_it_was() {
        for cursor in [
            Cursor { run: Some(RunId(7)), after: "330381/上岙".to_owned() },
            Cursor { run: None, after: String::new() },
        ] {
            assert_eq!(Cursor::read(&cursor.to_text()).unwrap(), cursor);
        }
        for text in ["x", "zz", "ff", "上岙", "61"] {
            assert!(Cursor::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_parameter_that_cannot_be_read_is_named() {
        let detail = |text: &str| misread(text).detail().zh;
        let before = "Failed to deserialize query string: ";
        assert_eq!(
            detail(&format!("{before}perod: unknown field `perod`, expected one of `period`, `limit`")),
            "参数「perod」:没有这个参数;可用的有 period、limit"
        );
        assert_eq!(detail(&format!("{before}missing field `reason`")), "参数「reason」:必须填写");
        assert_eq!(detail(&format!("{before}limit: invalid digit found in string")), "参数「limit」:无法读取");
    }

    #[test]
    fn a_page_is_neither_empty_nor_endless() {
        assert_eq!(limit(None).unwrap(), 100);
        assert!(limit(Some(0)).is_err());
        assert!(limit(Some(501)).is_err());
    }
}
