use proptest::prelude::*;
use serde_json::{Value, json};

use super::check;

fn faults(schema: &Value, arguments: Value) -> String {
    let mut arguments = arguments;
    check(schema, &mut arguments).err().unwrap_or_default()
}

fn booking() -> Value {
    json!({
        "type": "object",
        "required": ["service", "date"],
        "additionalProperties": false,
        "properties": {
            "service": {"type": "string", "enum": ["cleaning", "check-up"]},
            "date": {"type": "string", "format": "date"},
            "time": {"type": "string", "format": "time"},
            "people": {"type": "integer", "minimum": 1, "maximum": 4},
            "name": {"type": "string", "minLength": 1, "maxLength": 5},
            "phone": {"type": "string", "pattern": "^\\+[0-9]{6,15}$"},
            "notes": {"type": "array", "maxItems": 2, "items": {"type": "string"}},
            "to": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["city"],
                    "properties": {"city": {"type": "string"}}}]},
            "mail": {"$ref": "#/$defs/mail"}
        },
        "$defs": {"mail": {"type": "string", "format": "email"}}
    })
}

#[test]
fn what_fits_passes() {
    let whole = json!({"service": "cleaning", "date": "2026-03-05", "time": "14:30", "people": 2, "name": "Ännä",
        "phone": "+4930123456", "notes": ["a"], "to": {"city": "Bonn"}, "mail": "a@b.de"});
    assert_eq!(faults(&booking(), whole), "");
    assert_eq!(faults(&json!({}), json!({"anything": [1]})), "", "a schema without words allows all");
}

#[test]
fn each_fault_says_what_would_be_right() {
    let with = |key: &str, value: Value| {
        let mut arguments = json!({"service": "cleaning", "date": "2026-03-05"});
        arguments[key] = value;
        faults(&booking(), arguments)
    };
    assert_eq!(faults(&booking(), json!({"date": "2026-03-05"})), "`service` is missing");
    assert_eq!(with("service", json!("wash")), "`service` must be one of: cleaning, check-up");
    assert_eq!(with("date", json!("tomorrow")), "`date` must be a date such as 2026-03-05");
    assert_eq!(with("date", json!("2026-02-30")), "`date` must be a date such as 2026-03-05");
    assert_eq!(with("time", json!("half past two")), "`time` must be a time such as 14:30");
    assert_eq!(with("people", json!("2")), "`people` must be a whole number, and is a text");
    assert_eq!(with("people", json!(2.5)), "`people` must be a whole number, and is a number");
    assert_eq!(with("people", json!(9)), "`people` must be at most 4");
    assert_eq!(with("name", json!("")), "`name` is empty");
    assert_eq!(with("name", json!("Annabel")), "`name` is too long: at most 5 characters");
    assert_eq!(with("phone", json!("12")), "`phone` does not look like `^\\+[0-9]{6,15}$`");
    assert_eq!(with("notes", json!(["a", 1])), "`notes[1]` must be a text, and is a number");
    assert_eq!(with("notes", json!(["a", "b", "c"])), "`notes` may have at most 2 entries");
    assert_eq!(with("to", json!({})), "`to.city` is missing");
    assert_eq!(with("mail", json!("a at b")), "`mail` must be an address such as anna@example.com");
    assert!(with("colour", json!("red")).starts_with("`colour` is unknown; known are: service, date"));
    assert_eq!(faults(&booking(), json!([])), "must be an object, and is a list");
}

#[test]
fn nothing_written_for_an_optional_argument_is_none() {
    let mut arguments = json!({"service": "cleaning", "date": "2026-03-05", "time": null});
    assert_eq!(check(&booking(), &mut arguments), Ok(()));
    assert_eq!(arguments, json!({"service": "cleaning", "date": "2026-03-05"}));
    assert_eq!(
        faults(&booking(), json!({"service": null, "date": "2026-03-05"})).split(',').next(),
        Some("`service` must be a text")
    );
}

#[test]
fn a_schema_that_names_itself_has_an_end() {
    let schema = json!({"$ref": "#"});
    assert_eq!(faults(&schema, json!({"a": 1})), "");
    let twice = json!({"anyOf": [{"$ref": "#"}, {"$ref": "#"}]});
    assert_eq!(faults(&twice, json!({"a": 1})), "");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z$#/]{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![
            Just("type".to_owned()),
            Just("enum".to_owned()),
            Just("anyOf".to_owned()),
            Just("properties".to_owned()),
            Just("items".to_owned()),
            Just("$ref".to_owned()),
            "[a-z]{1,4}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_schema_breaks_it(schema in any_json(), arguments in any_json()) {
        let mut arguments = arguments;
        let _ = check(&schema, &mut arguments);
    }
}
