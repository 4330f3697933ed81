//! `liuwu account`, `liuwu key` and `liuwu audit`, on a data directory of their own.

use std::fs;
use std::path::Path;

use liuwu::cli::capture;

/// Runs a command on a data directory; gives its exit code and everything it says.
fn run(data: &Path, command: &str) -> (bool, String) {
    let words = ["liuwu"].into_iter().chain(command.split_whitespace());
    let at = ["--data".to_owned(), data.display().to_string()];
    let (code, printed) = capture(words.map(str::to_owned).chain(at));
    (code == std::process::ExitCode::SUCCESS, format!("{}{}", printed.out, printed.err))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn accounts_are_made_listed_and_closed_at_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (done, said) = run(data, "account add zhang --role assessor --division 330381116000 --title 塘下镇平安办");
    assert!(done && said.contains("一次性密码"), "{said}");
    let (done, said) = run(data, "account add zhang --role auditor");
    assert!(!done && said.contains("账号「zhang」已存在"), "{said}");
    let (done, said) = run(data, "account add shen --role auditor --role assessor");
    assert!(!done && said.contains("三员须分立"), "{said}");
    let (done, said) = run(data, "account add king --role king");
    assert!(!done && said.contains("system-administrator"), "{said}");
    assert!(run(data, "account lock zhang").0);
    let (_, said) = run(data, "account list");
    assert!(said.contains("考核人员") && said.contains("330381116000") && said.contains("已停用"), "{said}");
    assert!(run(data, "account unlock zhang").0 && run(data, "account reset zhang").0);
    assert!(!run(data, "account reset nobody-there").0);
}

#[test]
fn keys_are_made_listed_and_withdrawn_at_the_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path();
    let (done, said) = run(data, "key add --for 网格平台 --permission upload,read-records --days 30");
    let key = said.lines().next().unwrap().to_owned();
    assert!(done && key.starts_with("lw_"), "{said}");
    assert!(!run(data, "key add --for 网格平台 --permission release").0);
    let id = key.split('_').nth(1).unwrap();
    assert!(run(data, &format!("key revoke {id}")).0);
    let (_, said) = run(data, "key list");
    assert!(said.contains("无效") && !said.contains(&key), "{said}");
}

#[test]
fn a_log_that_was_put_back_to_an_earlier_day_is_found_out() {
    let directory = tempfile::tempdir().unwrap();
    let (data, earlier) = (directory.path().join("data"), directory.path().join("earlier"));
    assert!(run(&data, "account add zhang --role assessor").0);
    let (done, said) = run(&data, "audit verify");
    assert!(done && said.contains("日志 1 条,0 处问题"), "{said}");
    let head = said.split_whitespace().last().unwrap().to_owned();
    copy(&data.join("store"), &earlier);
    assert!(run(&data, "account lock zhang").0);
    assert!(run(&data, &format!("audit verify --head {head}")).0, "the head that was kept is still that of entry 1");
    // Somebody puts the store back to before the account was closed.
    fs::remove_dir_all(data.join("store")).unwrap();
    copy(&earlier, &data.join("store"));
    let (done, said) = run(&data, "audit verify");
    assert!(!done && said.contains("末尾被截断:曾写到第 2 条,现只到第 1 条"), "{said}");
    let forged = format!("1:{}", "0".repeat(64));
    let (done, said) = run(&data, &format!("audit verify --head {forged}"));
    assert!(!done && said.contains("第 1 条与当时留存的摘要不符"), "{said}");
}

#[test]
fn what_commands_do_is_in_the_log_and_in_the_backup() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    assert!(run(&data, "account add zhang --role assessor").0);
    let (log, backup) = (directory.path().join("log.jsonl"), directory.path().join("backup.jsonl"));
    assert!(run(&data, &format!("audit export --out {}", log.display())).0);
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains(r#""who":"terminal","action":"add-account","subject":"account","id":"zhang""#), "{text}");
    assert!(run(&data, &format!("export --out {}", backup.display())).0);
    let text = fs::read_to_string(&backup).unwrap();
    assert!(text.contains(r#""action":"add-account""#) && text.contains(r#""folder":"accounts","name":"zhang""#));
    let (done, said) =
        run(&data, &format!("audit archive --before 2099-01-01 --out {0}.old --key {0}.key", log.display()));
    assert!(done && said.contains("没有满 180 天"), "what is younger than 180 days stays: {said}");
}

#[test]
fn webhooks_are_kept_at_the_command_line_too() {
    let directory = tempfile::tempdir().unwrap();
    let data = &directory.path().join("data");
    let (done, said) = run(data, "webhook add http://10.1.2.3/liuwu");
    assert!(!done && said.contains("--webhook-host"), "{said}");
    let (done, said) = run(data, "webhook add http://10.1.2.3/liuwu --webhook-host 10.1.2.3 --event list.left");
    assert!(done && said.contains("whsec_"), "{said}");
    assert!(run(data, "webhook pause 1").0);
    let (_, said) = run(data, "webhook list");
    assert!(said.contains("http://10.1.2.3/liuwu\tlist.left\t已停送") && !said.contains("whsec_"), "{said}");
    assert!(run(data, "webhook resume 1").0 && !run(data, "webhook resume 2").0);
    // A host that is not allowed at this time is not written to, whoever registered it before.
    let (done, said) = run(data, "webhook ping 1");
    assert!(done && said.contains("未经许可"), "{said}");
    assert!(run(data, "webhook deliveries 1").1.contains("未经许可"));
    assert!(run(data, "webhook remove 1").0 && run(data, "audit verify").0);
}
