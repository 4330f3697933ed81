//! Papers that are not lists: exemptions, appeals, and the README.
//!
//! Enters: the world and what was written. Leaves: `exemptions.json`, `appeals.json` and `README.md`. This is the last station.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::book::INVENTED;
use super::world::World;
use super::{Options, WrittenFile};

/// Two findings that do not count: with one of them the rating changes, with the other it does not.
pub(super) fn exemptions(world: &World) -> Value {
    let exemption = |place: Option<usize>, rule: &str, reason: &str| {
        place.map(|place| {
            json!({
                "unit": world.code_of(place),
                "rule": rule,
                "from": "2020-01-01",
                "until": "2020-12-31",
                "reason": reason,
                "approved_by": "市委平安办",
            })
        })
    };
    let planted = &world.planted;
    let list = [
        exemption(planted.exempt_deciding, "ACC-002", "交通事故经重新认定,系车辆机械故障所致,村社无属地责任(演示数据)"),
        exemption(planted.exempt_idle, "PUB-002", "宣传阵地因村部改建临时拆除,新阵地已列入建设计划(演示数据)"),
    ];
    Value::Array(list.into_iter().flatten().collect())
}

/// Two appeals against single findings: one upheld, one pending.
pub(super) fn appeals(world: &World) -> Value {
    let planted = &world.planted;
    let upheld = planted.appeal_upheld.map(|place| {
        json!({
            "unit": world.code_of(place),
            "rule": "CAM-002",
            "filed": "2021-01-13",
            "grounds": "机房改造停电期间的离线已事先报备,不应计入在线率(演示数据)",
            "state": "upheld",
            "decided": "2021-01-20",
            "decided_by": "市公安局",
            "decision": "情况属实,该项不扣分(演示数据)",
        })
    });
    let pending = planted.appeal_pending.map(|place| {
        json!({
            "unit": world.code_of(place),
            "rule": "EVT-002",
            "filed": "2021-01-14",
            "grounds": "部分事件已当面回访,系统漏记(演示数据)",
            "state": "pending",
        })
    });
    Value::Array([upheld, pending].into_iter().flatten().collect())
}

/// What a reader of the folder must know first.
pub(super) fn readme(world: &World, options: &Options, files: &[WrittenFile], notes: &[String]) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_readme(&mut text, world, options, files, notes);
    text
}

fn write_readme(
    text: &mut String,
    world: &World,
    options: &Options,
    files: &[WrittenFile],
    notes: &[String],
) -> std::fmt::Result {
    writeln!(text, "# 瑞安市\"六无\"平安村社 {INVENTED}\n")?;
    if world.tree.given {
        writeln!(
            text,
            "**注意:区划名称和代码来自使用者提供的文件,可能是真实的;其下的每一个案件、事故、信访、得分都是随机生成的,\
             只能用于压力测试,严禁对外提供或公布。**\n\n\
             **Warning: names and codes come from the caller's file and may be real. Every case, accident, petition and score below \
             them is made up. For load tests only; never publish.**\n"
        )?;
    } else {
        writeln!(
            text,
            "23 个镇街用真名,{} 个村社是虚构的(代码为镇街代码加 701 起的号段,不与真实村社重复),人名只有「某」。2019 年、2020 年的全部\
             记录由程序按种子生成,与任何真实的村社、个人、案件、事故无关。全市合计数参照 2020 年的一则新闻报道,其余均为自拟。\n\n\
             The 23 towns bear their real names; all villages, people and facts are invented. City totals follow a newspaper report \
             of 2020 where it gives any, and are our own elsewhere.\n",
            world.villages.len()
        )?;
    }
    let tree = match (&options.divisions, options.villages) {
        (Some(path), _) => format!(" --divisions {}", path.display()),
        (None, Some(villages)) => format!(" --villages {villages}"),
        (None, None) => String::new(),
    };
    writeln!(
        text,
        "种子 {seed}。重新生成:`liuwu sample --out DIR{tree} --seed {seed}`。同一种子,逐字节相同。\n",
        seed = options.seed
    )?;
    writeln!(text, "| 文件 | 台账 | 行数 |\n| --- | --- | ---: |")?;
    for file in files {
        writeln!(text, "| {} | {} | {} |", file.name(), file.kind, file.rows)?;
    }
    writeln!(
        text,
        "\n`divisions.csv` 区划,`attributes` 村社基本情况,`handed_in.csv` 报齐和零报告,`exemptions.json` 免予扣分,\
         `appeals.json` 申请复核,`calendar.csv` 节假日和调休上班日(其余按周一至周五为工作日)。\n"
    )?;
    if !notes.is_empty() {
        writeln!(text, "特意安排的情形:\n")?;
        for note in notes {
            writeln!(text, "- {note}")?;
        }
    }
    Ok(())
}
