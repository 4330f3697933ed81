//! The words that the headers of a table may use, and what each of them means.
//!
//! Enters: a kind of records, or the other tables that are read. Leaves: a [`Vocabulary`]. Next: [`super::header`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use liuwu_engine::dictionary::read::characters::comparable;
use liuwu_engine::dictionary::{Field, Kind};
use liuwu_engine::division::Level;

use super::Asked;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Whose the row is.
    Unit(Naming),
    /// The date of a record.
    Date,
    /// The number of a record.
    Id,
    /// A field of a record, or an attribute.
    Field(String),
    /// The first day something holds, or is handed in for.
    From,
    /// The last day something is handed in for.
    To,
    /// A period something is handed in for.
    Period,
    /// Which kind of records a statement is about.
    Kind,
    /// 报齐 or 零报告.
    Said,
    /// Code, name, level and parent of a division.
    Code,
    /// See [`Role::Code`].
    Name,
    /// See [`Role::Code`].
    Level,
    /// See [`Role::Code`].
    Parent,
    /// What happened to divisions: 合并, 拆分, 改码.
    Change,
    /// Code and name of a division that was, and of the one that is.
    OldCode,
    /// See [`Role::OldCode`].
    OldName,
    /// See [`Role::OldCode`].
    NewCode,
    /// See [`Role::OldCode`].
    NewName,
    /// A running number or a remark: nobody misses it.
    Unneeded,
}

/// How a column says which unit is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Naming {
    /// By code.
    Code,
    /// By the name of a unit of this level.
    Level(String),
    /// By a name of any level.
    Any,
}

/// Which table the words belong to.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Records(Arc<Kind>),
    Attributes,
    Divisions,
    Statements,
    /// What happened to divisions; handed in on its own.
    Changes,
}

/// The words of one table.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub subject: Subject,
    pub title: String,
    words: HashMap<String, Role>,
    /// What the table cannot do without, and what it is called.
    pub required: Vec<(Role, String)>,
    /// Unit of measure by field.
    pub measures: HashMap<String, String>,
    /// Titles of fields by their keys.
    fields: HashMap<String, String>,
}

const CODES: &[&str] = &[
    "区划代码",
    "行政区划代码",
    "统计用区划代码",
    "统计区划代码",
    "12位区划代码",
    "村社代码",
    "村代码",
    "村(社区)代码",
    "单位代码",
    "unit",
    "unit_id",
    "code",
];
const ANY_UNIT: &[&str] = &["单位", "单位名称", "考核对象", "区划", "区划名称", "属地", "地区", "所属区域"];
const UNNEEDED: &[&str] = &["序号", "备注", "行号", "no", "no.", "需要改正"];
const IDS: &[&str] = &["编号", "id", "记录编号", "台账编号"];
const DATES: &[&str] = &["date", "日期"];
const FROM: &[&str] = &["生效日期", "开始日期", "起始日期", "起", "自", "from", "effective"];
const TO: &[&str] = &["结束日期", "截止日期", "止", "至", "to"];
const PERIODS: &[&str] = &["期间", "周期", "报送期间", "所属期间", "period"];
const KINDS: &[&str] = &["台账类型", "台账", "类型", "kind"];
const SAID: &[&str] = &["申报", "申报情况", "报送情况", "statement"];

impl Role {
    /// The name under which a choice is kept; what is not needed has an empty one.
    pub fn key(&self) -> String {
        match self {
            Role::Unit(Naming::Code) => "unit:code".to_owned(),
            Role::Unit(Naming::Level(level)) => format!("unit:{level}"),
            Role::Unit(Naming::Any) => "unit".to_owned(),
            Role::Field(field) => format!("field:{field}"),
            Role::Date => "date".to_owned(),
            Role::Id => "id".to_owned(),
            Role::From => "from".to_owned(),
            Role::To => "to".to_owned(),
            Role::Period => "period".to_owned(),
            Role::Kind => "kind".to_owned(),
            Role::Said => "said".to_owned(),
            Role::Code => "code".to_owned(),
            Role::Name => "name".to_owned(),
            Role::Level => "level".to_owned(),
            Role::Parent => "parent".to_owned(),
            Role::Change => "change".to_owned(),
            Role::OldCode => "old_code".to_owned(),
            Role::OldName => "old_name".to_owned(),
            Role::NewCode => "new_code".to_owned(),
            Role::NewName => "new_name".to_owned(),
            Role::Unneeded => String::new(),
        }
    }
}

impl Subject {
    /// The name under which a choice of table is kept: the id of the kind, or the name of one of the other tables.
    pub fn key(&self) -> &str {
        match self {
            Subject::Records(kind) => &kind.id,
            Subject::Attributes => "@attributes",
            Subject::Divisions => "@divisions",
            Subject::Statements => "@statements",
            Subject::Changes => "@changes",
        }
    }
}

impl Vocabulary {
    /// The words of all tables that may be handed in; of the named kind alone, if the user named one.
    pub fn all(asked: &Asked) -> Vec<Arc<Vocabulary>> {
        let kinds = asked.dictionary.kinds.values();
        if let Some(named) = asked.kind {
            let named = kinds.filter(|kind| *kind.id == *named);
            return named.map(|kind| Arc::new(Vocabulary::of_kind(kind, asked).with_habits(asked))).collect();
        }
        let mut all: Vec<Vocabulary> = kinds.map(|kind| Vocabulary::of_kind(kind, asked).with_habits(asked)).collect();
        all.extend([Vocabulary::of_attributes(asked), Vocabulary::of_divisions(), Vocabulary::of_statements(asked)]);
        all.into_iter().map(Arc::new).collect()
    }

    /// The words of a kind of records: titles and keys of its fields, its date, its number, and its unit.
    pub fn of_kind(kind: &Arc<Kind>, asked: &Asked) -> Vocabulary {
        let mut words = Vocabulary::empty(Subject::Records(Arc::clone(kind)), kind.title.clone());
        words.add_units(asked);
        words.add(IDS, &Role::Id);
        words.add(&[&format!("{}编号", kind.title), &format!("{}id", kind.id)], &Role::Id);
        words.add(DATES, &Role::Date);
        words.add(&[&kind.date_title], &Role::Date);
        let level = kind.of.as_deref().or(asked.levels.first().copied()).unwrap_or("village");
        if asked.units.only_one(level).is_none() {
            words.require(Role::Unit(Naming::Level(level.to_owned())), &level_title(level));
        }
        words.require(Role::Date, &kind.date_title);
        if kind.identity.iter().any(|name| name == "id") {
            words.require(Role::Id, "编号");
        }
        for (key, field) in &kind.fields {
            words.add_field(key, field);
            if !field.optional && field.default.is_none() {
                words.require(Role::Field(key.clone()), &field.title);
            }
        }
        words
    }

    fn of_attributes(asked: &Asked) -> Vocabulary {
        let mut words = Vocabulary::empty(Subject::Attributes, "基本情况".to_owned());
        words.add_units(asked);
        words.add(FROM, &Role::From);
        words.require(Role::Unit(Naming::Any), &level_title(asked.levels.first().copied().unwrap_or("village")));
        for (key, attribute) in &asked.dictionary.attributes {
            words.add_field(key, &attribute.field);
        }
        words
    }

    fn of_divisions() -> Vocabulary {
        let mut words = Vocabulary::empty(Subject::Divisions, "区划".to_owned());
        words.add(CODES, &Role::Code);
        words.add(&["代码"], &Role::Code);
        words.add(&["名称", "name", "区划名称"], &Role::Name);
        words.add(&["级别", "层级", "level"], &Role::Level);
        words.add(&["上级代码", "上级区划代码", "上级", "所属区划代码", "parent"], &Role::Parent);
        words.require(Role::Code, "区划代码");
        words.require(Role::Name, "名称");
        words
    }

    /// The words of a table of what happened to divisions.
    pub fn of_changes() -> Vocabulary {
        let mut words = Vocabulary::empty(Subject::Changes, "区划变更".to_owned());
        words.add(&["变更种类", "变更类型", "变更类别", "变更方式", "种类", "类型", "change"], &Role::Change);
        words.add(FROM, &Role::From);
        words.add(&["变更日期", "变更时间", "生效时间", "日期"], &Role::From);
        words.add(
            &["原区划代码", "原代码", "变更前代码", "变更前区划代码", "旧区划代码", "旧代码", "old"],
            &Role::OldCode,
        );
        words.add(&["原名称", "原区划名称", "变更前名称", "旧名称", "old_name"], &Role::OldName);
        words.add(
            &["现区划代码", "现代码", "变更后代码", "变更后区划代码", "新区划代码", "新代码", "new"],
            &Role::NewCode,
        );
        words.add(&["现名称", "现区划名称", "变更后名称", "新名称", "new_name"], &Role::NewName);
        words.require(Role::Change, "变更种类");
        words.require(Role::From, "生效日期");
        words.require(Role::OldCode, "原区划代码");
        words.require(Role::NewCode, "现区划代码");
        words
    }

    fn of_statements(asked: &Asked) -> Vocabulary {
        let mut words = Vocabulary::empty(Subject::Statements, "报齐和零报告".to_owned());
        words.add_units(asked);
        words.add(&["范围", "area"], &Role::Unit(Naming::Any));
        words.add(KINDS, &Role::Kind);
        words.add(FROM, &Role::From);
        words.add(TO, &Role::To);
        words.add(PERIODS, &Role::Period);
        words.add(SAID, &Role::Said);
        words.require(Role::Kind, "台账类型");
        words.require(Role::Unit(Naming::Any), "区划代码");
        words
    }

    fn empty(subject: Subject, title: String) -> Vocabulary {
        let mut words = Vocabulary {
            subject,
            title,
            words: HashMap::new(),
            required: Vec::new(),
            measures: HashMap::new(),
            fields: HashMap::new(),
        };
        words.add(UNNEEDED, &Role::Unneeded);
        words
    }

    fn add(&mut self, names: &[&str], role: &Role) {
        for name in names {
            self.words.insert(comparable(name), role.clone());
        }
    }

    /// A field's own words come last and win over those that every table has.
    fn add_field(&mut self, key: &str, field: &Field) {
        self.add(&[key, &field.title], &Role::Field(key.to_owned()));
        self.fields.insert(key.to_owned(), field.title.clone());
        if let Some(unit) = &field.unit {
            self.measures.insert(key.to_owned(), comparable(unit));
        }
    }

    fn add_units(&mut self, asked: &Asked) {
        self.add(CODES, &Role::Unit(Naming::Code));
        self.add(ANY_UNIT, &Role::Unit(Naming::Any));
        for level in asked.levels {
            let role = Role::Unit(Naming::Level((*level).to_owned()));
            self.add(&[level, &level_title(level)], &role);
            self.add(names_of_level(level), &role);
        }
    }

    fn require(&mut self, role: Role, title: &str) {
        self.required.push((role, title.to_owned()));
    }

    /// Adds the headers that an office has used before. The words of the dictionary keep their meaning, where they have any.
    fn with_habits(mut self, asked: &Asked) -> Vocabulary {
        for (header, key) in asked.choices.habits.get(self.subject.key()).into_iter().flatten() {
            let word = comparable(header);
            let is_free = self.role(&word).is_none_or(|role| *role == Role::Unneeded);
            if let Some(role) = self.role_of_key(key).filter(|_| is_free).cloned() {
                self.words.insert(word, role);
            }
        }
        self
    }

    /// The role of a name, if this table has it.
    pub fn role_of_key(&self, key: &str) -> Option<&Role> {
        self.words.values().find(|role| role.key() == key)
    }

    /// What columns of this table may hold: names and titles, each once. What is not needed is not among them.
    pub fn roles(&self) -> Vec<(String, String)> {
        let titled = self.words.values().filter_map(|role| Some((role.key(), self.title_of(role)?)));
        let mut roles: BTreeMap<String, String> = titled.collect();
        let required = self.required.iter().filter_map(|(role, _)| roles.remove_entry(&role.key()));
        let mut sorted: Vec<(String, String)> = required.collect();
        let fields: Vec<String> = match &self.subject {
            Subject::Records(kind) => kind.fields.keys().map(|key| format!("field:{key}")).collect(),
            _ => Vec::new(),
        };
        sorted.extend(fields.iter().filter_map(|key| roles.remove_entry(key)));
        sorted.extend(roles);
        sorted
    }

    /// What a word means.
    pub fn role(&self, word: &str) -> Option<&Role> {
        self.words.get(word)
    }

    /// What a column with this role was taken for, in the words of the dictionary; none for what is not needed.
    pub fn title_of(&self, role: &Role) -> Option<String> {
        let title = match role {
            Role::Unneeded => return None,
            Role::Field(key) => self.fields.get(key).map_or(key.as_str(), String::as_str),
            Role::Unit(Naming::Level(level)) => return Some(level_title(level)),
            Role::Unit(Naming::Any) => "所属区划",
            Role::Unit(Naming::Code) | Role::Code => "区划代码",
            Role::Date => match &self.subject {
                Subject::Records(kind) => &kind.date_title,
                _ => "日期",
            },
            Role::Id => "编号",
            Role::From => "开始日期",
            Role::To => "结束日期",
            Role::Period => "期间",
            Role::Kind => "台账类型",
            Role::Said => "申报情况",
            Role::Name => "名称",
            Role::Level => "级别",
            Role::Parent => "上级代码",
            Role::Change => "变更种类",
            Role::OldCode => "原区划代码",
            Role::OldName => "原名称",
            Role::NewCode => "现区划代码",
            Role::NewName => "现名称",
        };
        Some(title.to_owned())
    }

    /// Titles of what the table may hold; for proposals.
    pub fn titles(&self) -> Vec<String> {
        let mut titles: Vec<String> = self.required.iter().map(|(_, title)| title.clone()).collect();
        if let Subject::Records(kind) = &self.subject {
            titles.extend(kind.fields.values().map(|field| field.title.clone()));
        }
        titles
    }
}

/// What people call a level.
pub(super) fn level_title(level: &str) -> String {
    Level::from_key(level).map_or_else(|| level.to_owned(), |level| level.zh().to_owned())
}

fn names_of_level(level: &str) -> &'static [&'static str] {
    match level {
        "village" => &[
            "村社名称",
            "村社区",
            "村(社区)",
            "村(社区)名称",
            "村、社区",
            "村/社区",
            "村居",
            "村(居)",
            "行政村",
            "行政村名称",
            "村名",
            "社区",
            "所属村社",
            "所在村社",
            "属地村社",
            "发生村社",
            "所属村(社区)",
            "所在村(社区)",
        ],
        "town" => &[
            "乡镇",
            "街道",
            "镇(街道)",
            "乡镇(街道)",
            "乡镇街道",
            "镇街名称",
            "所属镇街",
            "属地镇街",
            "所在镇街",
            "所属乡镇",
            "乡镇名称",
            "镇街道",
        ],
        "county" => &["区县", "县市区", "县(市、区)", "县(市,区)", "所属县", "县名"],
        "grid" => &["所属网格", "网格名称"],
        _ => &[],
    }
}
