//! The scripts, by what they try.

/// One attack: functions of the library, and the script of a rule.
pub struct Attack {
    pub name: &'static str,
    pub library: String,
    pub script: String,
    /// Ends as it should without a fault: what it tries is simply not there, or harmless.
    pub harmless: bool,
}

fn attack(name: &'static str, script: impl Into<String>) -> Attack {
    Attack { name, library: String::new(), script: script.into(), harmless: false }
}

fn harmless(name: &'static str, script: impl Into<String>) -> Attack {
    Attack { harmless: true, ..attack(name, script) }
}

fn with_library(name: &'static str, library: impl Into<String>, script: impl Into<String>) -> Attack {
    Attack { library: library.into(), ..attack(name, script) }
}

/// All of them.
pub fn attacks() -> Vec<Attack> {
    let mut all = endless();
    all.extend(recursive());
    all.extend(large());
    all.extend(closures());
    all.extend(deep());
    all.extend(numeric());
    all.extend(amplified());
    all.extend(forbidden());
    all.extend(disguised());
    all
}

fn endless() -> Vec<Attack> {
    vec![
        attack("loop", "loop { }"),
        attack("loop with a variable", "let x = 0; loop { x += 1; }"),
        attack("while true", "while true { }"),
        attack("do until", "let x = 1; do { x += 1; } until x < 0"),
        attack("huge range", "for i in 0..9223372036854775807 { }"),
        attack("huge range with a step", "for i in range(0, 9223372036854775807, 2) { }"),
        attack("huge inclusive range", "for i in -9223372036854775807..=9223372036854775807 { }"),
        attack("nested loops", "for a in 0..100000 { for b in 0..100000 { for c in 0..100000 { } } }"),
        attack("loop in a closure", "[1].map(|x| { loop { } })"),
        attack("loop in a condition", "if [1].any(|x| { let i = 0; while i >= 0 { i += 1; } true }) { }"),
        attack(
            "many closures with long loops",
            "let v = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]; v.map(|a| v.map(|b| v.map(|c| v.map(|d| { for i in 0..100000 { } d }))))",
        ),
        attack("a loop for each unit of the group", "group.sum(|u| { let i = 0; while i < 900000 { i += 1; } i })"),
        attack("group closures without end", "loop { group.mean(|u| u.score); }"),
        attack("continue without end", "let x = 0; while x < 10 { if x == 5 { continue; } x += 1; }"),
        attack("loop that deducts", "loop { deduct(1, \"again\"); }"),
        attack("loop that notes", "loop { note(\"again\"); }"),
        attack(
            "loop that deducts with a long reason",
            "let s = \"x\"; while s.len() < 9000 { s += s; } loop { deduct(1, s); }",
        ),
        attack("loop over records", "loop { records(\"slip\"); }"),
        attack("loop over history", "loop { history(\"slip\").count(); }"),
        attack("loop over parameters", "loop { let x = parameters.table.a; }"),
        attack("loop over periods", "loop { period.weeks; }"),
        attack(
            "switch without end",
            "let x = 0; loop { switch x { 0..5 => x += 1, 5..=9223372036854775807 => x = 0, _ => x = 1 } }",
        ),
    ]
}

fn recursive() -> Vec<Attack> {
    vec![
        with_library("recursion", "fn f(n) { f(n + 1) }", "f(0)"),
        with_library("mutual recursion", "fn f(n) { g(n + 1) }\nfn g(n) { f(n + 1) }", "f(0)"),
        with_library("branching recursion", "fn f(n) { if n == 0 { 1 } else { f(n - 1) + f(n - 1) } }", "f(60)"),
        with_library("recursion through a closure", "fn f(n) { [n].map(|x| f(x + 1)) }", "f(0)"),
        with_library("recursion through a filter", "fn f(n) { [n].filter(|x| f(x + 1)).count() > 0 }", "f(0)"),
        with_library(
            "branching recursion through closures",
            "fn f(n) { if n > 60 { 1 } else { [1, 2, 3].sum(|x| f(n + 1)) } }",
            "f(0)",
        ),
        with_library("recursion that grows its argument", "fn f(s) { f(s + s) }", "f(\"x\")"),
        with_library(
            "recursion with deep expressions",
            format!("fn f(n) {{ {}f(n + 1){} }}", "(1 + ".repeat(28), ")".repeat(28)),
            "f(0)",
        ),
        with_library(
            "recursion with many variables",
            format!(
                "fn f(n) {{ {} f(n + 1) }}",
                (0..150).map(|i| format!("let v{i} = [n, n, n, n];")).collect::<String>()
            ),
            "f(0)",
        ),
        with_library(
            "a hundred functions deep",
            (0..200).map(|i| format!("fn f{i}(n) {{ f{}(n) }}\n", (i + 1) % 200)).collect::<String>(),
            "f0(1)",
        ),
    ]
}

fn large() -> Vec<Attack> {
    vec![
        attack("text doubling", "let s = \"x\"; loop { s += s; }"),
        attack("text doubling by template", "let s = \"x\"; loop { s = `${s}${s}`; }"),
        attack("array growing", "let a = []; loop { a.push(1); }"),
        attack("array doubling", "let a = [1]; loop { a += a; }"),
        attack("array of itself", "let a = [1]; loop { a = [a, a]; }"),
        attack("map growing", "let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }"),
        attack("map of itself", "let m = #{}; loop { m = #{ a: m, b: m }; }"),
        attack(
            "map with huge keys",
            "let k = \"x\"; while k.len() < 9000 { k += k; } let m = #{}; let i = 0; loop { m[k + i] = k; i += 1; }",
        ),
        attack("view doubling", "let v = [1].map(|x| x); loop { v = v + v; }"),
        attack("view nested", "let v = [1]; loop { v = [v].map(|x| x); }"),
        attack("view nested and doubled", "let v = [1]; loop { v = [v, v].map(|x| x); }"),
        attack("view in maps in views", "let v = [1]; loop { v = [#{ a: v }].map(|x| x); }"),
        attack("view in arrays in views", "let v = [1]; loop { v = [[[v]]].map(|x| [x]); }"),
        attack("view by group_by", "let v = [1, 2, 3]; loop { v = v.group_by(|x| 1); }"),
        attack(
            "group_by of many long keys",
            "let s = \"x\"; while s.len() < 9000 { s += s; } let v = range(0, 1); let w = [1]; loop { w = w + w; w.group_by(|x| s + x); }",
        ),
        attack("replace bomb", "let a = \"a\"; while a.len() < 9000 { a += a; } a.replace(\"a\", a)"),
        attack("replace again and again", "let a = \"aaaaaaaaaa\"; loop { a = a.replace(\"a\", \"aa\"); }"),
        attack(
            "split bomb",
            "let a = \"a,\"; while a.len() < 9000 { a += a; } let v = [1]; loop { v = a.split(\",\"); }",
        ),
        attack("join bomb", "let v = [\"x\"]; loop { v = v + v; v.join(\",\"); }"),
        attack("join of views of views", "let v = [\"x\"]; while true { v = [v, v, v].map(|x| x); v.join(\",\"); }"),
        attack("pad bomb", "let s = \"\"; s.pad(2000000000, \"x\")"),
        attack("blob bomb", "blob(2000000000)"),
        attack("text times number", "\"x\" * 2000000000"),
        attack("reason of the size of memory", "let v = [\"xxxxxxxxxx\"]; for i in 0..17 { v = v + v; } deduct(1, v);"),
        attack(
            "template of a huge list",
            "let v = [\"xxxxxxxxxx\"]; for i in 0..17 { v = v + v; } loop { let s = `${v}`; }",
        ),
        attack(
            "many texts held in a view",
            "let s = \"x\"; while s.len() < 9000 { s += s; } let v = [s]; loop { v = v + [s + v.count()]; }",
        ),
        attack(
            "many texts held by templates",
            format!("let v = []; loop {{ v = v + [`{}${{v.count()}}`]; }}", "x".repeat(1_900)),
        ),
        attack(
            "many texts in variables of many functions",
            "let v = [1]; for i in 0..12 { v = v + v; } v.map(|x| { let s = `${x}`; while s.len() < 9000 { s += s; } s })",
        ),
        attack(
            "arrays held in a view",
            "let a = []; while a.len() < 1900 { a.push(1); } let v = [a]; loop { v = v + [a]; }",
        ),
        attack(
            "maps held in a view",
            "let m = #{}; let i = 0; while i < 900 { m[`k${i}`] = i; i += 1; } let v = [1].map(|x| m); loop { v = v + [m]; }",
        ),
        attack(
            "keys of a map again and again",
            "let m = #{}; let i = 0; while i < 900 { m[`k${i}`] = i; i += 1; } loop { m.keys(); m.values(); }",
        ),
        attack("a hundred thousand lines", "let x = 1;\n".repeat(100_000)),
        attack("one very long line", format!("let x = {}1;", "1 + ".repeat(100_000))),
        attack("many literals", format!("let x = [{}];", "1, ".repeat(20_000))),
        attack("a very long text", format!("let x = \"{}\";", "x".repeat(60_000))),
        attack("many variables", (0..3_000).map(|i| format!("let v{i} = {i};")).collect::<String>()),
        with_library("many functions", (0..3_000).map(|i| format!("fn f{i}() {{}}\n")).collect::<String>(), "f1()"),
        attack("deep lists shown", "let v = [1]; for i in 0..30 { v = [v, v].map(|x| x); } note(v);"),
        attack(
            "deep lists compared",
            "let v = [1]; let w = [1]; for i in 0..25 { v = [v, v].map(|x| x); w = [w, w].map(|x| x); } if v == w { }",
        ),
        attack("named views without end", "let g = group; loop { g = g.filter(|u| true); }"),
    ]
}

fn closures() -> Vec<Attack> {
    vec![
        attack(
            "closures that hold closures",
            "let a = []; let f = || a; for i in 0..200000 { let b = a; let g = || b; a = [g]; } 1",
        ),
        attack(
            "closures that hold closures, in maps",
            "let a = #{}; for i in 0..200000 { let b = a; a = #{ f: || b }; } 1",
        ),
        attack(
            "closures that hold closures, given back",
            "let a = 1; for i in 0..200000 { let b = a; a = [1].map(|x| || b).first(); } 1",
        ),
        attack(
            "closures with names that hold closures",
            "let a = 1; for i in 0..200000 { let b = a; let f = || b; a = f; } 1",
        ),
        attack(
            "closures with names that hold named closures",
            "let f = |x| x; for i in 0..200000 { let k = i; let g = |x| x + k; let h = |x| [1].map(g); f = h; } 1",
        ),
        attack("closures with names, shadowed", "let k = 1; for i in 0..200000 { let g = |x| k; let k = g; } 1"),
        attack("closures that hold views", "let a = [1]; for i in 0..200000 { let b = a; a = [1].map(|x| b); } 1"),
        with_library(
            "closures that hold closures, by a function",
            "fn same(f) { f }",
            "let a = 1; for i in 0..200000 { let b = a; a = same(|| b); } 1",
        ),
        with_library(
            "a closure taker of the library",
            "fn map(a, f) { f }",
            "let a = 1; for i in 0..200000 { let b = a; a = 1.map(|| b); } 1",
        ),
        attack(
            "closures that hold closures, in a choice",
            "let a = 1; for i in 0..200000 { let b = a; a = if i > 0 { || b } else { 1 }; } 1",
        ),
        attack(
            "closures that hold closures, pushed",
            "let a = []; for i in 0..200000 { let b = a; a = []; a.push(|| b); } 1",
        ),
        attack("closures that hold closures, by ??", "let a = 1; for i in 0..200000 { let b = a; a = () ?? || b; } 1"),
        attack(
            "a closure for each item for each item",
            "let v = []; while v.len() < 1500 { v.push(1); } v.map(|a| v.map(|b| v.map(|c| a + b + c)))",
        ),
        attack("a closure that changes what it holds", "let n = 0; loop { [1].map(|x| n += 1); }"),
        attack(
            "sort by an order that contradicts itself",
            "let v = []; while v.len() < 1500 { v.push(v.len()); } let n = 0; v.sort_by(|x| { n += 1; (n * 7919) % 13 }); loop { v.sort_by(|x| -x); }",
        ),
        attack("sort by unlike values", "[1, \"a\", true].sort_by(|x| x)"),
        attack(
            "a list that grows while it is gone through",
            "let v = [1]; for x in v { v.push(x); } loop { v.push(1); }",
        ),
        attack("a closure with too many arguments", "[1].map(|a, b, c, d| a)"),
        attack("a closure in place of a list", "let f = |x| x; f.map(|x| x)"),
        attack("rank of no units", "[1, 2, 3].rank(|x| x)"),
        attack("places of many", "loop { group.rank(|u| u.score); group.rank_low(|u| -u.score); }"),
    ]
}

fn deep() -> Vec<Attack> {
    let many = 4_000;
    vec![
        attack("parentheses", format!("{}1{}", "(".repeat(many), ")".repeat(many))),
        attack("parentheses without end", "(".repeat(60_000)),
        attack("brackets", format!("{}1{}", "[".repeat(many), "]".repeat(many))),
        attack("braces", format!("{}1{}", "{".repeat(many), "}".repeat(many))),
        attack("maps", format!("{}1{}", "#{a:".repeat(many), "}".repeat(many))),
        attack("not", format!("{}true", "!".repeat(50_000))),
        attack("minus", format!("{}1", "-".repeat(50_000))),
        attack("else if", format!("if false {{ }} {} else {{ 1 }}", "else if false { } ".repeat(3_000))),
        attack("if in if", format!("{}1{}", "if true { ".repeat(many), "}".repeat(many))),
        attack("while in while", format!("{}{}", "while true { ".repeat(many), "}".repeat(many))),
        attack("switch in switch", format!("{}1{}", "switch 1 { 1 => ".repeat(many), "}".repeat(many))),
        attack("templates in templates", format!("{}1{}", "`${".repeat(many), "}`".repeat(many))),
        attack("closures in closures", format!("{}1{}", "[1].map(|x| ".repeat(many), ")".repeat(many))),
        attack("calls in calls", format!("{}1{}", "abs(".repeat(many), ")".repeat(many))),
        attack("dots", format!("unit{}", ".a".repeat(30_000))),
        attack("questions and dots", format!("unit{}", "?.a".repeat(20_000))),
        attack("indexes", format!("unit{}", "[0]".repeat(20_000))),
        attack("additions", format!("1{}", " + 1".repeat(15_000))),
        attack("powers", format!("2{}", " ** 2".repeat(10_000))),
        attack("stand-ins", format!("(){}", " ?? ()".repeat(10_000))),
        attack("and", format!("true{}", " && true".repeat(8_000))),
        attack("array nested while it runs", "let a = []; for i in 0..100000 { a = [a]; }"),
        attack("map nested while it runs", "let a = #{}; for i in 0..100000 { a = #{ a: a }; }"),
        attack(
            "array nested, then read often",
            "let a = []; for i in 0..900 { a = [a]; } loop { let b = a; a[0]; b == a; }",
        ),
        attack("array nested, then shown often", "let a = []; for i in 0..900 { a = [a]; } loop { text(a); `${a}`; }"),
    ]
}

fn numeric() -> Vec<Attack> {
    vec![
        attack("tower of powers", "let x = 2; loop { x = pow(x, x); }"),
        attack("large power", "pow(2, 9223372036854775807)"),
        attack("large negative power", "loop { pow(3, -9223372036854775807); }"),
        attack("power of a fraction", "let x = 1 / 3; loop { x = x ** 3; if x == 0 { x = 1 / 3; } }"),
        attack("factorial", "let x = 1; for i in 1..100000 { x *= i; }"),
        attack("fractions of primes", "let x = 0; for i in 1..100000 { x += 1 / (i * 2 + 1); } loop { x *= x + 1; }"),
        attack("beyond the whole numbers", "let x = 9223372036854775807; loop { x += x; }"),
        attack("below the whole numbers", "let x = -9223372036854775807; loop { x = x * 3 - 1; }"),
        attack("division by zero", "1 / 0"),
        attack("remainder by zero", "1 % 0"),
        attack("zero to a negative power", "pow(0, -1)"),
        attack("places without end", "round_half_up(1 / 3, 9223372036854775807)"),
        attack("a literal too long", format!("let x = {};", "9".repeat(10_000))),
        harmless("a decimal too long", format!("let x = 0.{};", "3".repeat(10_000))),
        attack("text to number", "let s = \"9\"; while s.len() < 9000 { s += s; } number(s)"),
        attack("periods before time", "period.back(9223372036854775807)"),
        attack("days before time", "as_of.plus_days(-9223372036854775807)"),
        attack("months after time", "loop { as_of.plus_months(9223372036854775807); }"),
        attack("every Monday, always", "loop { period.dates(\"monday\"); }"),
        attack("negative points", "deduct(-1, \"x\")"),
        attack("nothing as points", "deduct((), \"x\")"),
        attack("bits", "let x = 1 << 9223372036854775807;"),
    ]
}

fn amplified() -> Vec<Attack> {
    let long_text = "let s = \"x\"; while s.len() < 9000 { s += s; } ";
    let long_array = "let a = []; while a.len() < 1900 { a.push(1); } ";
    let large_map = "let m = #{}; let i = 0; while i < 900 { m[`k${i}`] = i; i += 1; } ";
    vec![
        attack("copying an array", format!("{long_array} loop {{ let b = a; let c = b; }}")),
        attack("copying an array within an array", format!("{long_array} let c = [a]; loop {{ let b = c; }}")),
        attack("copying a map", format!("{large_map} loop {{ let b = m; }}")),
        attack(
            "copying a map out of a view",
            format!("{large_map} let v = [1].map(|x| m); loop {{ for x in v {{ let y = x; }} }}"),
        ),
        attack("comparing arrays", format!("{long_array} loop {{ a == a; }}")),
        attack("searching an array", format!("{long_array} loop {{ a.contains(2); 2 in a; }}")),
        attack("searching a text", format!("{long_text} loop {{ s.contains(\"y\"); s.starts_with(\"y\"); }}")),
        attack("cutting a text", format!("{long_text} loop {{ s.sub_text(8000, 10); }}")),
        attack("going through a text", format!("{long_text} loop {{ for c in s {{ break; }} }}")),
        attack("templates of a text", format!("{long_text} loop {{ `${{s}}${{s}}`; }}")),
        attack("length of a text", format!("{long_text} loop {{ s.len(); s.length; }}")),
        attack("counting an array", format!("{long_array} loop {{ a.count(); a.sum(); a.first(); a.len(); }}")),
        attack("sorting an array", format!("{long_array} loop {{ a.sort_by(|x| x); }}")),
        attack("distinct texts", format!("{long_text} loop {{ [s, s, s].distinct(); }}")),
        attack("writing one item", format!("{long_array} loop {{ a[0] = 2; }}")),
        attack("writing one entry", format!("{large_map} loop {{ m.k1 = 2; }}")),
        attack("evidence again and again", "let r = records(\"slip\"); loop { note(\"x\", r, r, r); }"),
        attack("taking and skipping", format!("{long_array} loop {{ a.take(1000); a.skip(1000); a.reversed(); }}")),
        attack("figures again and again", "loop { figures.list.count(); figures.map.keys(); }"),
        attack("score again and again", "loop { score; group.sum(|u| u.score); }"),
        attack("pseudonyms again and again", "loop { records(\"slip\").map(|s| s.names); }"),
    ]
}

fn forbidden() -> Vec<Attack> {
    vec![
        attack("eval", "eval(\"1\")"),
        attack("import", "import \"x\" as x;"),
        attack("export", "let x = 1; export x;"),
        attack("print", "print(1)"),
        attack("debug", "debug(1)"),
        attack("Fn", "Fn(\"deduct\").call(1, \"x\")"),
        attack("curry", "let f = |x| x; f.curry(1)"),
        attack("call", "let f = |x| x; f.call(1)"),
        attack("call of a call", "call(|x| x, 1)"),
        attack("try and catch", "try { loop { } } catch { }"),
        attack("throw", "throw 1"),
        attack("this", "this.x = 1;"),
        attack("sleep", "sleep(100)"),
        attack("timestamp", "timestamp()"),
        attack("random", "rand()"),
        attack("is_def_var", "is_def_var(\"x\")"),
        attack("is_def_fn", "is_def_fn(\"f\", 0)"),
        attack("type_of", "type_of(1).x"),
        attack("open", "open(\"/etc/passwd\")"),
        attack("a function within a script", "fn f() { loop { } } f()"),
        attack("a reserved word", "let match = 1;"),
        attack("set a host value", "period = 1; score = 100; unit.bad = false; figures.list = 1;"),
        attack("set a record", "for s in records(\"slip\") { s.points = 0; }"),
        attack("a module path", "std::fs::read(\"x\")"),
        attack("spawn", "spawn(|| 1)"),
        attack("a statement in the library", ""),
    ]
}

fn disguised() -> Vec<Attack> {
    vec![
        attack("a period in disguise", "let period = unit.id; loop { group.count(|u| u.id == period); }"),
        attack("parameters in disguise", "let parameters = [1]; loop { parameters += parameters; }"),
        attack("a name for everything", "let records = 1; let deduct = 2; let group = 3; loop { }"),
        with_library("a function in disguise", "fn deduct(p, r) { loop { } }", "deduct(1, \"x\")"),
        with_library("a reading in disguise", "fn records(k) { records(k) }", "records(\"slip\")"),
        with_library("a sum in disguise", "fn sum(a, b) { sum(a, b) }", "sum(1, 2)"),
        attack("text that ends the template", "note(`${`${\"}\"}`}`); loop { }"),
        attack("null bytes", "let x = \"\u{0}\"; loop { x += x; }"),
        attack("signs that look like others", "let а = 1; loop { а += 1; }"),
        attack("a comment without end", "/* "),
        attack("comments in comments", "/*".repeat(20_000)),
        attack("a text without end", "let x = \"abc"),
        attack("a template without end", "let x = `${"),
        attack("full-width signs", "deduct（1，“x”）；"),
        attack("bytes of other scripts", "\u{202e}\u{200b}loop { }"),
        harmless("nothing", "()"),
        harmless("words after the end", "return; loop { }"),
        harmless("an early end", "for i in 0..10 { break; } return 1;"),
    ]
}
