//! The functions that scripts can call, for editors that complete them.

use axum::Json;
use liuwu_engine::script;
use serde::Serialize;
use utoipa::ToSchema;

/// 脚本函数。 · A function that scripts can call.
#[derive(Debug, Serialize, ToSchema)]
pub struct FunctionBody {
    /// 函数名 · Its name.
    #[schema(example = "deduct")]
    pub name: &'static str,
    /// 中文名 · Its Chinese name, which means the same.
    #[schema(example = "扣分")]
    pub chinese: Option<&'static str>,
    /// 调用方式 · The ways in which it can be called.
    pub signatures: &'static [&'static str],
    /// 中文说明 · What it does, in Chinese.
    pub zh: &'static str,
    /// 英文说明 · What it does, in English.
    pub en: &'static str,
    /// 例子 · One call.
    pub example: &'static str,
}

/// 脚本函数一览
///
/// Every function that the scripts of a bundle can call, by subject; the same for all bundles.
#[utoipa::path(
    get, path = "/api/v1/functions", tag = "bundles", operation_id = "listFunctions",
    responses((status = 200, description = "全部函数 · All functions", body = Vec<FunctionBody>)),
)]
pub async fn list() -> Json<Vec<FunctionBody>> {
    let bodies = script::functions().iter().map(|function| FunctionBody {
        name: function.name,
        chinese: function.chinese,
        signatures: function.signatures,
        zh: function.zh,
        en: function.en,
        example: function.example,
    });
    Json(bodies.collect())
}
