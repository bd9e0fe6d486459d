//! Holds requests and responses against the OpenAPI file: for the tests of whoever speaks the
//! interface, on either side of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// What does not fit the contract. No text shows values: they may be CPR numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    #[error("the OpenAPI file cannot be used: {0}")]
    File(String),
    #[error("{method} {path} is not an operation of the contract")]
    Operation { method: String, path: String },
    #[error("{operation}: the body is missing or not JSON")]
    NotJson { operation: String },
    #[error("{operation}: the contract knows no answer {status} of type {content_type}")]
    Answer { operation: String, status: u16, content_type: String },
    #[error("{operation}: the body does not fit the contract: {problems}")]
    Body { operation: String, problems: String },
}

/// The path counts with and without `/api` in front. An empty body is none.
pub fn check_request(method: &str, path: &str, body: &[u8]) -> Result<(), ContractError> {
    let operation = operation(method, path)?;
    match &operation.request {
        // Stray bodies are tolerated.
        None => Ok(()),
        Some(request) if body.is_empty() && !request.required => Ok(()),
        Some(request) => operation.check_json(&request.schema, body),
    }
}

/// `path` is that of the request; the content type may have parameters behind it.
pub fn check_response(
    method: &str,
    path: &str,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> Result<(), ContractError> {
    let operation = operation(method, path)?;
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let unknown =
        || ContractError::Answer { operation: operation.id.clone(), status, content_type: kind.clone() };
    let range = format!("{}XX", status / 100);
    let contents = operation.responses.get(&status.to_string()).or_else(|| operation.responses.get(&range));
    let contents = contents.ok_or_else(unknown)?;
    // An answer without described content has none that anybody reads.
    if contents.is_empty() {
        return Ok(());
    }
    let schema = contents.get(&kind).ok_or_else(unknown)?;
    if kind == "application/json" { operation.check_json(schema, body) } else { Ok(()) }
}

struct Operation {
    id: String,
    method: String,
    segments: Vec<String>,
    request: Option<RequestBody>,
    /// By status (`200`, `5XX`), then by content type.
    responses: BTreeMap<String, BTreeMap<String, Validator>>,
}

struct RequestBody {
    required: bool,
    schema: Validator,
}

impl Operation {
    fn check_json(&self, schema: &Validator, body: &[u8]) -> Result<(), ContractError> {
        let not_json = |_| ContractError::NotJson { operation: self.id.clone() };
        let body: Value = serde_json::from_slice(body).map_err(not_json)?;
        let problems: Vec<String> = schema
            .iter_errors(&body)
            .map(|error| format!("{} at {:?}", error.masked(), error.instance_path().to_string()))
            .collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(ContractError::Body { operation: self.id.clone(), problems: problems.join("; ") })
    }

    /// Segments in braces take anything. How many were taken decides between two that fit.
    fn fit(&self, method: &str, path: &str) -> Option<usize> {
        let segments: Vec<&str> = path.split('/').collect();
        let same = method.eq_ignore_ascii_case(&self.method) && segments.len() == self.segments.len();
        let is_open = |segment: &str| segment.starts_with('{');
        let fits =
            same && self.segments.iter().zip(&segments).all(|(own, other)| is_open(own) || own == other);
        fits.then(|| self.segments.iter().filter(|segment| is_open(segment)).count())
    }
}

fn operation(method: &str, path: &str) -> Result<&'static Operation, ContractError> {
    static OPERATIONS: OnceLock<Result<Vec<Operation>, String>> = OnceLock::new();
    let operations =
        OPERATIONS.get_or_init(read).as_ref().map_err(|error| ContractError::File(error.clone()))?;
    let bare = path.split('?').next().unwrap_or_default();
    let bare = bare.strip_prefix("/api").unwrap_or(bare);
    let fitting = operations.iter().filter_map(|operation| Some((operation.fit(method, bare)?, operation)));
    let closest = fitting.min_by_key(|(open, _)| *open).map(|(_, operation)| operation);
    closest.ok_or_else(|| ContractError::Operation { method: method.to_owned(), path: bare.to_owned() })
}

fn read() -> Result<Vec<Operation>, String> {
    let file: Value = serde_saphyr::from_str(crate::OPENAPI).map_err(|error| error.to_string())?;
    let mut operations = Vec::new();
    for (path, item) in members(&file, "/paths") {
        for method in ["get", "post", "put", "delete"] {
            if let Some(operation) = item.get(method) {
                operations.push(read_operation(&file, path, method, operation)?);
            }
        }
    }
    Ok(operations)
}

fn read_operation(file: &Value, path: &str, method: &str, operation: &Value) -> Result<Operation, String> {
    let request = operation.pointer("/requestBody/content/application~1json/schema");
    let required = operation.pointer("/requestBody/required") == Some(&Value::Bool(true));
    let request = request.map(|schema| validator(file, schema)).transpose()?;
    let mut responses = BTreeMap::new();
    for (status, response) in members(operation, "/responses") {
        let mut contents = BTreeMap::new();
        for (kind, content) in members(resolved(file, response), "/content") {
            let schema = content.get("schema").unwrap_or(&Value::Bool(true));
            contents.insert(kind.clone(), validator(file, schema)?);
        }
        responses.insert(status.clone(), contents);
    }
    Ok(Operation {
        id: operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
        method: method.to_owned(),
        segments: path.split('/').map(str::to_owned).collect(),
        request: request.map(|schema| RequestBody { required, schema }),
        responses,
    })
}

fn members<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn resolved<'a>(file: &'a Value, value: &'a Value) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    target.and_then(|pointer| file.pointer(pointer)).unwrap_or(value)
}

/// OpenAPI 3.1 schemas are JSON Schema; the components come along so that references find them.
fn validator(file: &Value, schema: &Value) -> Result<Validator, String> {
    let document = json!({ "allOf": [schema], "components": file.get("components") });
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&document).map_err(|error| error.to_string())
}
