//! The data dictionary of an edition: which records it asks for, from whom, until when, and how public they are. Next:
//! [`super::batches`].

use axum::extract::State;
use indexmap::IndexMap;
use liuwu_engine::dictionary::{Changes, Dictionary, Field, Kind, NoneMeans, Shape, Type, Value};
use liuwu_engine::number::Number;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, Asked};
use super::bundles::{edition, word_of};
use super::openapi::Problems;
use super::parameters::Path;
use super::source::optional_points;
use crate::error::Problem;
use crate::state::App;

/// 台账类型。 · A record kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct KindBody {
    /// 编号 · Its id.
    #[schema(example = "fire")]
    pub id: String,
    /// 名称 · What clerks call it.
    #[schema(example = "火灾")]
    pub title: String,
    /// 报送部门 · Who hands it in.
    pub department: Option<String>,
    /// 属于哪一级 · The level of the units its records belong to; none: the level scored.
    pub of: Option<String>,
    /// 日期列名 · Header of the date column.
    pub date_title: String,
    /// 填报项 · Its fields.
    pub fields: Vec<FieldBody>,
    /// 判重依据 · What makes two records the same fact; empty: the number, or else everything.
    pub identity: Vec<String>,
    /// 内容变化时 · When the same fact comes again with other content: `conflict`, a person decides; `latest`, the newer counts.
    #[schema(example = "latest")]
    pub changes: &'static str,
    /// 没有记录意味着 · What it means that there is no record: `clean`, it did not happen; `missing`, it cannot be checked.
    #[schema(example = "clean")]
    pub none_means: &'static str,
    /// 报送期限 · When it must be handed in.
    pub due: Option<DueBody>,
    /// 公开程度 · How public it is: `full`, `points` (counts and points only) or `met` (met or not only).
    #[schema(example = "full")]
    pub public: &'static str,
    /// 个人信息保留多久 · How long personal fields are kept.
    pub keep_personal: Option<String>,
    /// 整改 · What a unit can still do about a record.
    pub mend: Option<String>,
}

/// 报送期限。 · When a kind must be handed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DueBody {
    /// 多久一次 · For each period of this length.
    #[schema(example = "month")]
    pub every: &'static str,
    /// 期满后几日内 · Calendar days after its end.
    #[schema(example = 5)]
    pub within_days: u32,
}

/// 填报项。 · A field of a record kind or of a shape.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldBody {
    /// 编号 · Its id.
    #[schema(example = "deaths")]
    pub id: String,
    /// 列名 · Header of its column.
    #[schema(example = "死亡人数")]
    pub title: String,
    /// 类型 · Its type: `text`, `integer`, `decimal`, `boolean`, `date`, `time`, `choice`, `shape`, or `list of …`, `map of …`.
    #[serde(rename = "type")]
    #[schema(example = "integer")]
    pub kind: String,
    /// 选项 · Of a choice, its keys and titles.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<HashMap<String, String>>)]
    pub choices: Option<IndexMap<String, String>>,
    /// 结构 · Of a shape, its name among `shapes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
    /// 计量单位 · Unit of measure.
    pub unit: Option<String>,
    /// 最小值 · Smallest value allowed.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub min: Option<Number>,
    /// 最大值 · Largest value allowed.
    #[serde(serialize_with = "optional_points")]
    #[schema(value_type = Option<String>)]
    pub max: Option<Number>,
    /// 小数位数 · Most decimal places allowed.
    pub places: Option<u32>,
    /// 可不填 · Whether it may be left blank.
    pub optional: bool,
    /// 默认值 · What stands in when it is blank.
    #[schema(value_type = Option<Object>)]
    pub default: Option<serde_json::Value>,
    /// 个人信息 · What personal data it holds (`name`, `phone`, `id_number` …); such values are never given out.
    pub personal: Option<String>,
}

/// 嵌套结构。 · A nested structure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShapeBody {
    /// 名称 · Its name.
    pub id: String,
    /// 填报项 · Its fields.
    pub fields: Vec<FieldBody>,
}

/// 数据字典。 · The data dictionary of an edition.
#[derive(Debug, Serialize, ToSchema)]
pub struct DictionaryBody {
    /// 考核办法 · The bundle.
    pub bundle: String,
    /// 版本 · The edition.
    pub edition: String,
    /// 台账类型 · The record kinds.
    pub kinds: Vec<KindBody>,
    /// 考核对象属性 · The facts about units.
    pub attributes: Vec<AttributeBody>,
    /// 嵌套结构 · The nested structures.
    pub shapes: Vec<ShapeBody>,
}

/// 考核对象属性。 · A fact about units.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttributeBody {
    /// 填报项 · What it is.
    #[serde(flatten)]
    pub field: FieldBody,
    /// 属于哪一级 · The level of the units that carry it; none: the level scored.
    pub of: Option<String>,
}

impl From<&Kind> for KindBody {
    fn from(kind: &Kind) -> KindBody {
        KindBody {
            id: kind.id.to_string(),
            title: kind.title.clone(),
            department: kind.department.clone(),
            of: kind.of.clone(),
            date_title: kind.date_title.clone(),
            fields: fields(&kind.fields),
            identity: kind.identity.clone(),
            changes: match kind.changes {
                Changes::Conflict => "conflict",
                Changes::Latest => "latest",
            },
            none_means: match kind.none_means {
                NoneMeans::Clean => "clean",
                NoneMeans::Missing => "missing",
            },
            due: kind.due.map(|due| DueBody { every: due.every.key(), within_days: due.within_days }),
            public: word_of(kind.public),
            keep_personal: kind.keep_personal.clone(),
            mend: kind.mend.as_ref().map(|mend| mend.title.clone()),
        }
    }
}

fn fields(fields: &IndexMap<String, Field>) -> Vec<FieldBody> {
    fields.iter().map(|(id, field)| field_body(id, field)).collect()
}

fn field_body(id: &str, field: &Field) -> FieldBody {
    let innermost = innermost(&field.kind);
    FieldBody {
        id: id.to_owned(),
        title: field.title.clone(),
        kind: type_name(&field.kind),
        choices: match innermost {
            Type::Choice(choices) => Some(choices.as_ref().clone()),
            _ => None,
        },
        shape: match innermost {
            Type::Shape(name) => Some(name.to_string()),
            _ => None,
        },
        unit: field.unit.clone(),
        min: field.min,
        max: field.max,
        places: field.places,
        optional: field.optional,
        default: field.default.as_ref().map(Value::to_json),
        personal: field.personal.clone(),
    }
}

fn innermost(kind: &Type) -> &Type {
    match kind {
        Type::List(inner) | Type::Map(inner) => innermost(inner),
        plain => plain,
    }
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::Text => "text".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Decimal => "decimal".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Choice(_) => "choice".to_owned(),
        Type::Shape(_) => "shape".to_owned(),
        Type::List(inner) => format!("list of {}", type_name(inner)),
        Type::Map(inner) => format!("map of {}", type_name(inner)),
    }
}

fn shapes(dictionary: &Dictionary) -> Vec<ShapeBody> {
    let body = |shape: &std::sync::Arc<Shape>| ShapeBody { id: shape.id.to_string(), fields: fields(&shape.fields) };
    dictionary.shapes.values().map(body).collect()
}

/// 数据字典
///
/// All record kinds of an edition with fields, types, choices, due days and how public they are; attributes of units; shapes.
#[utoipa::path(
    get, path = "/api/v1/bundles/{bundle}/editions/{edition}/record-kinds", tag = "bundles",
    operation_id = "list_record_kinds",
    params(
        ("bundle" = String, Path, description = "考核办法 · The bundle", example = "ruian-six-no"),
        ("edition" = String, Path, description = "版本,或 current · The edition, or `current`", example = "current"),
    ),
    security((), ("token" = [])),
    responses((status = 200, description = "数据字典 · The dictionary", body = DictionaryBody), Problems),
)]
pub async fn list(
    State(app): State<App>,
    asked: Asked,
    Path((bundle, name)): Path<(String, String)>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let view = edition(app, &bundle, &name)?;
        asked.json(&view.edition.digest, || {
            let dictionary = &view.bundle().dictionary;
            let attributes = dictionary.attributes.iter();
            Ok(DictionaryBody {
                bundle: view.edition.bundle.clone(),
                edition: view.edition.edition.clone(),
                kinds: dictionary.kinds.values().map(|kind| KindBody::from(kind.as_ref())).collect(),
                attributes: attributes
                    .map(|(id, attribute)| AttributeBody {
                        field: field_body(id, &attribute.field),
                        of: attribute.of.clone(),
                    })
                    .collect(),
                shapes: shapes(dictionary),
            })
        })
    })
    .await
}

/// 台账类型详情
///
/// One record kind.
#[utoipa::path(
    get, path = "/api/v1/bundles/{bundle}/editions/{edition}/record-kinds/{kind}", tag = "bundles",
    operation_id = "show_record_kind",
    params(
        ("bundle" = String, Path, description = "考核办法 · The bundle", example = "ruian-six-no"),
        ("edition" = String, Path, description = "版本,或 current · The edition, or `current`", example = "current"),
        ("kind" = String, Path, description = "台账类型 · The kind", example = "fire"),
    ),
    security((), ("token" = [])),
    responses((status = 200, description = "台账类型 · The kind", body = KindBody), Problems),
)]
pub async fn show(
    State(app): State<App>,
    asked: Asked,
    Path((bundle, name, kind)): Path<(String, String, String)>,
) -> Result<Answer, Problem> {
    app.blocking(move |app| {
        let view = edition(app, &bundle, &name)?;
        let found = view.bundle().dictionary.kinds.get(&kind);
        let found = found.ok_or_else(|| Problem::Absent("台账类型", "record kind", kind.clone()))?;
        asked.json(&view.edition.digest, || Ok(KindBody::from(found.as_ref())))
    })
    .await
}
