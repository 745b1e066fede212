//! A JSON Patch (RFC 6902) from JSON.
//!
//! What the operations do to a text is `edit`'s.

use serde_json::{Map, Value as Json};

use super::edit::{NewValue, PatchOp};
use super::{Pointer, PointerError, Value};

/// Why JSON is no patch; indices count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// The document is no array.
    #[error("a JSON Patch is an array of operations")]
    NoArray,
    /// An operation is no object.
    #[error("operation {0} is no object")]
    NoObject(usize),
    /// A member is missing, or no string where it must be one.
    #[error("operation {index}: the member \"{member}\" is missing or has the wrong type")]
    Member {
        /// The operation.
        index: usize,
        /// The member.
        member: &'static str,
    },
    /// An operation that RFC 6902 does not know.
    #[error("operation {index}: there is no operation \"{op}\"; RFC 6902 has add, remove, replace, move, copy, test")]
    UnknownOp {
        /// The operation.
        index: usize,
        /// Its name.
        op: String,
    },
    /// A pointer is none of RFC 6901.
    #[error("operation {index}: {source}")]
    Pointer {
        /// The operation.
        index: usize,
        /// What is wrong with it.
        source: PointerError,
    },
}

/// Reads a patch.
///
/// # Errors
///
/// Returns [`PatchError`] at the first thing that is wrong.
pub fn parse(json: &Json) -> Result<Vec<PatchOp>, PatchError> {
    let operations = json.as_array().ok_or(PatchError::NoArray)?;
    operations.iter().enumerate().map(|(index, operation)| one(index, operation)).collect()
}

fn one(index: usize, operation: &Json) -> Result<PatchOp, PatchError> {
    let object = operation.as_object().ok_or(PatchError::NoObject(index))?;
    let op = text(index, object, "op")?;
    let path = || pointer(index, object, "path");
    let from = || pointer(index, object, "from");
    let value = || object.get("value").map(Value::from_json).ok_or(PatchError::Member { index, member: "value" });
    Ok(match op {
        "add" => PatchOp::Add { path: path()?, value: NewValue::of(value()?) },
        "remove" => PatchOp::Remove { path: path()? },
        "replace" => PatchOp::Replace { path: path()?, value: NewValue::of(value()?) },
        "move" => PatchOp::Move { from: from()?, path: path()? },
        "copy" => PatchOp::Copy { from: from()?, path: path()? },
        "test" => PatchOp::Test { path: path()?, value: value()? },
        _ => return Err(PatchError::UnknownOp { index, op: op.to_owned() }),
    })
}

fn text<'j>(index: usize, object: &'j Map<String, Json>, member: &'static str) -> Result<&'j str, PatchError> {
    object.get(member).and_then(Json::as_str).ok_or(PatchError::Member { index, member })
}

fn pointer(index: usize, object: &Map<String, Json>, member: &'static str) -> Result<Pointer, PatchError> {
    text(index, object, member)?.parse().map_err(|source| PatchError::Pointer { index, source })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patches_are_read() {
        let patch = parse(
            &json!([{"op": "add", "path": "/plugins/-", "value": {"class": "a.B"}, "comment": "more members are fine"},
            {"op": "move", "from": "/a~1b", "path": "/c"}, {"op": "remove", "path": ""}]),
        );
        assert!(matches!(
            patch.expect("valid").as_slice(),
            [PatchOp::Add { .. }, PatchOp::Move { .. }, PatchOp::Remove { .. }]
        ));
    }

    #[test]
    fn what_is_no_patch_is_told() {
        for (json, error) in [
            (json!({}), PatchError::NoArray),
            (json!([1]), PatchError::NoObject(0)),
            (json!([{"op": "add", "path": "/a"}]), PatchError::Member { index: 0, member: "value" }),
            (json!([{"path": "/a"}]), PatchError::Member { index: 0, member: "op" }),
            (json!([{"op": "set", "path": "/a"}]), PatchError::UnknownOp { index: 0, op: "set".to_owned() }),
            (
                json!([{"op": "remove", "path": "a"}]),
                PatchError::Pointer { index: 0, source: PointerError::NoSlash("a".to_owned()) },
            ),
        ] {
            assert_eq!(parse(&json).expect_err("invalid"), error);
        }
    }
}
