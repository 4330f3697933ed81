//! Every list of the sample: who hands it in, and in what shape.
//!
//! Enters: nothing. Leaves: [`LISTS`]. The shapes differ because offices differ: one writes 2020/2/29, another 2020年2月29日, one
//! merges cells, one still saves GB18030 from WPS. Each value is unambiguous all the same. Next: [`sheet`](super::sheet).

use super::SampleError;
use super::table::{Kind, Taker};
use super::totals::Year;
use super::world::World;
use super::{accidents, cameras, campaigns, cases, disputes, events, fires, grids, hazards, petitions, surveys};

/// A story told row by row.
type Rows = fn(&World, Year, &mut Taker) -> Result<(), SampleError>;

/// One list as a department hands it in.
pub(super) struct List {
    pub(super) kind: &'static Kind,
    /// The department.
    pub(super) from: &'static str,
    /// Letters before the running number.
    pub(super) letters: &'static str,
    pub(super) form: Form,
    pub(super) dates: Dates,
    pub(super) rows: Rows,
}

/// The shape of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A workbook with a header and rows on one sheet.
    OneSheet,
    /// The same, with a sheet for each year.
    SheetPerYear,
    /// A sheet for each year, with a title above the header and a number before each row.
    Titled,
    /// One sheet with a title, a header of two rows, cells merged over the rows of a village, and a sum at the end.
    Merged,
    /// A CSV file in GB18030, as WPS saves it.
    Gb18030,
    /// A sheet for each year; the last month comes as JSON lines over the interface.
    Pushed,
}

/// How days are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// 2020-02-29, as text.
    Dashes,
    /// 2020/2/29, as text.
    Slashes,
    /// 2020年2月29日, as text.
    Characters,
    /// A day of the workbook, shown as 2020-02-29.
    Days,
    /// The first day of a month in the workbook, shown as 2020年2月.
    Months,
}

use Dates::{Characters, Dashes, Days, Months, Slashes};
use Form::{Gb18030, Merged, OneSheet, Pushed, SheetPerYear, Titled};

const fn list(
    kind: &'static Kind,
    from: &'static str,
    letters: &'static str,
    form: Form,
    dates: Dates,
    rows: Rows,
) -> List {
    List { kind, from, letters, form, dates, rows }
}

const POLICE: &str = "市公安局";
const COMMITTEE: &str = "市委政法委";
const CENTRE: &str = "市社会矛盾纠纷调处化解中心";

/// In the order of the bundle's dictionary.
pub(super) static LISTS: [List; 25] = [
    list(&cases::SERIOUS_CASE, POLICE, "XJ", SheetPerYear, Dashes, cases::serious_cases),
    list(&cases::POLICE_MONTHLY, POLICE, "", SheetPerYear, Months, cases::police_months),
    list(&cases::GANG_CASE, POLICE, "SH", OneSheet, Characters, cases::gang_cases),
    list(&cases::ELECTION_CASE, "市委组织部", "HJ", OneSheet, Slashes, cases::election_cases),
    list(&cases::CULT_CASE, COMMITTEE, "XE", OneSheet, Dashes, cases::cult_cases),
    list(&cases::CLUE, POLICE, "XS", SheetPerYear, Slashes, cases::clues),
    list(&fires::FIRE, "市消防救援大队", "HZ", Titled, Slashes, fires::fires),
    list(&accidents::ACCIDENT, "市应急管理局", "SG", SheetPerYear, Characters, accidents::accidents),
    list(&accidents::TRAFFIC_DEATH, "市公安局交警大队", "JT", SheetPerYear, Days, accidents::traffic_deaths),
    list(&petitions::MASS_INCIDENT, COMMITTEE, "QT", OneSheet, Dashes, petitions::mass_incidents),
    list(&petitions::PETITION, "市信访局", "XF", SheetPerYear, Slashes, petitions::petitions),
    list(&petitions::RECEPTION, CENTRE, "JF", Titled, Characters, petitions::receptions),
    list(&disputes::DISPUTE, CENTRE, "JFD", Gb18030, Slashes, disputes::disputes),
    list(&grids::GRID, COMMITTEE, "", OneSheet, Days, grids::grids),
    list(&grids::MICRO_GRID, COMMITTEE, "", OneSheet, Dashes, grids::micro_grids),
    list(&events::EVENT, "市社会治理综合指挥中心", "WLX", Pushed, Dashes, events::events),
    list(&cameras::CAMERA_MONTHLY, POLICE, "", OneSheet, Months, cameras::camera_months),
    list(&cameras::SMART_SITE, POLICE, "ZA", OneSheet, Slashes, cameras::smart_sites),
    list(&campaigns::CAMPAIGN_CHECK, "专项牵头部门", "ZX", OneSheet, Days, campaigns::campaign_checks),
    list(&campaigns::ENFORCEMENT_MONTHLY, POLICE, "", OneSheet, Months, campaigns::enforcement_months),
    list(&hazards::HAZARD, "市应急管理局", "YH", Merged, Dashes, hazards::hazards),
    list(&hazards::PREMISES_LIST, "市市场监管局", "HB", OneSheet, Characters, hazards::premises_lists),
    list(&surveys::SURVEY, "市委平安办", "SL", SheetPerYear, Dashes, surveys::surveys),
    list(&surveys::PUBLICITY, COMMITTEE, "XC", SheetPerYear, Slashes, surveys::publicity),
    list(&super::villages::ATTRIBUTES, "市委平安办", "", OneSheet, Dashes, super::villages::attributes),
];
