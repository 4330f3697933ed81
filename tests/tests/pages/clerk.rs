//! A clerk of a town with what is really lying about: a list out of WPS in GBK and a workbook with a title over its header, words in
//! place of numbers, and a name that a village had before. The whole way in a real browser, counted in steps.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use encoding_rs::GBK;
use liuwu::accounts::Scope;
use rust_xlsxwriter::{Format, Formula, Workbook};

use super::browser::is_left_out;
use super::county::{BURNT, County, TANGXIA, TROUBLED};
use super::person;

/// Fires of July as they were typed into WPS: a title, dates of three kinds, a name without 村, a total.
const LIST: &str = "塘下镇7月火灾台账,,,,\n序号,村名,发生日期,编号,死亡人数\n1,上岙,2020年7月1日,H107,0\n\
                    2,前垟村委会,2020.7.2,H108,0\n3,老前垟,2020/7/3,H109,两人\n,合计,,,2\n";

/// What the clerk does, page by page; what was done is kept, with what the page said before storing.
const CLERK: &str = r##"
const at = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const steps = JSON.parse(sessionStorage.getItem("steps") || "[]");
const step = (what) => { steps.push(what); sessionStorage.setItem("steps", JSON.stringify(steps)); };
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const unnamed = all("select[name^='alias:']").filter((choice) => choice.value === "");
const form = location.pathname === "/login" ? null : at("main");
if (!form) {
} else if (at("[data-drop]") && steps.length === 0) {
  step("drop two files");
  const files = new DataTransfer();
  files.items.add(new File([bytes("LIST")], "7月火灾.csv"));
  files.items.add(new File([bytes("BOOK")], "涉恶.xlsx"));
  at("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
} else if (unnamed.length > 0) {
  step("choose among " + unnamed[0].options.length + " for " + unnamed[0].name.slice(6));
  unnamed[0].value = [...unnamed[0].options].find((option) => option.text.includes("前垟村")).value;
  unnamed[0].form.querySelector("button").click();
} else if (at("td.cell-fault input")) {
  const cells = at(".strip-form").querySelectorAll("td.cell-fault input");
  step("mend " + [...cells].map((cell) => cell.value).join(", "));
  cells.forEach((cell) => { cell.value = cell.value === "两人" ? "2" : "2020-07-09"; });
  at(".strip-form button").click();
} else if (at(".store-form button")) {
  step(at(".store-form button").textContent.trim());
  step(at(".effect").textContent.trim());
  at(".store-form button").click();
} else if (at(".undo-form button")) {
  step("take back");
  at(".undo-form input[name=reason]").value = "交错了月份";
  at(".undo-form button").click();
} else {
  document.body.dataset.steps = steps.join(" | ");
}
"##;

/// A workbook with a merged title, a header over two rows, a formula, and a date in words.
fn book() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("登记").unwrap();
    sheet.merge_range(0, 0, 0, 3, "塘下镇涉恶案件登记表(虚构)", &Format::new()).unwrap();
    sheet.merge_range(1, 0, 2, 0, "村名", &Format::new()).unwrap();
    sheet.merge_range(1, 1, 1, 3, "案件情况", &Format::new()).unwrap();
    for (column, title) in (1..).zip(["登记日期", "编号", "代号"]) {
        sheet.write_string(2, column, title).unwrap();
    }
    sheet.write_string(3, 0, "上岙村").unwrap().write_string(3, 1, "2020-07-08").unwrap();
    sheet
        .write_string(3, 2, "G71")
        .unwrap()
        .write_formula(3, 3, Formula::new("\"甲\"&\"案\"").set_result("甲案"))
        .unwrap();
    sheet.write_string(4, 0, "前垟村").unwrap().write_string(4, 1, "7月上旬").unwrap();
    sheet.write_string(4, 2, "G72").unwrap().write_string(4, 3, "乙案").unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_gets_messy_tables_in_and_takes_them_back_in_a_handful_of_steps() {
    if is_left_out() {
        return;
    }
    let county = County::with(person::config());
    person::add(&county, Scope::Divisions(vec![TANGXIA.to_owned()]));
    let (list, _, _) = GBK.encode(LIST);
    let script = CLERK.replace("LIST", &BASE64_STANDARD.encode(&list)).replace("BOOK", &BASE64_STANDARD.encode(book()));
    let seen = person::does(&county, &script, "/desk/upload").await;
    assert_eq!(seen.console, Vec::<String>::new());
    let steps = seen.dom.split("data-steps=\"").nth(1).and_then(|rest| rest.split('"').next());
    let steps: Vec<&str> = steps.unwrap_or_else(|| panic!("{}", seen.dom)).split(" | ").collect();
    assert_eq!(
        steps,
        [
            "drop two files",
            "choose among 2 for 老前垟",
            "mend 两人",
            "mend 7月上旬",
            "提交入库 5 行",
            "入库后2个村社得分或等次变化，1个列入清单",
            "take back",
        ],
        "{}",
        seen.dom
    );
    let batch = county.get_as_staff("/api/v1/batches/3").await.json();
    assert_eq!(batch["records"], serde_json::json!({"fire": 3, "gang": 2}), "{batch}");
    assert_eq!((&batch["by"], &batch["withdrawn"]["why"]), (&person::NAME.into(), &"交错了月份".into()), "{batch}");
    for (record, unit, day) in [("3-1", BURNT, "2020-07-01"), ("3-3", TROUBLED, "2020-07-03")] {
        let record = county.get_as_staff(&format!("/api/v1/records/{record}")).await.json();
        assert_eq!((&record["unit"], &record["date"]), (&unit.into(), &day.into()), "{record}");
    }
}
