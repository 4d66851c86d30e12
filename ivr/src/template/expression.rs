//! A condition by itself, for what is not a flow but is written like one.

use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::engine::ENGINE;

/// An expression as `when` and `if` of flows have it, ready to be evaluated many times. It cannot run for long: its fuel
/// is limited as in flows.
#[derive(Debug)]
pub struct Expression(minijinja::Expression<'static, 'static>);

impl Expression {
    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, for who wrote it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read = ENGINE.compile_expression_owned(text.to_owned());
        read.map(Self).map_err(|error| error.detail().unwrap_or("it cannot be read").to_owned())
    }

    /// Names that it asks for besides these: neither values that it makes itself nor functions of the house.
    pub fn unknown(&self, known: &[&str]) -> Vec<String> {
        let functions: Vec<&str> = ENGINE.globals().map(|(name, _)| name).collect();
        let names = self.0.undeclared_variables(false).into_iter();
        let mut unknown: Vec<String> =
            names.filter(|name| !known.contains(&name.as_str()) && !functions.contains(&name.as_str())).collect();
        unknown.sort();
        unknown
    }

    /// Whether it is true where these values hold.
    ///
    /// # Errors
    /// Why it cannot be said: it ran too long, or asks of a value what that has not. Holds none of the values.
    pub fn holds(&self, scope: &impl Serialize) -> Result<bool, String> {
        let value = self.0.eval(Value::from(Serde(scope))).map_err(|error| error.kind().to_string())?;
        Ok(value.is_true())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_hold_or_not_and_cannot_run_for_long() {
        let scope = json!({"contact": {"tags": ["vip"], "orders": 3}});
        let holds = |text: &str| Expression::parse(text).unwrap().holds(&scope);
        assert_eq!(holds("'vip' in contact.tags and contact.orders >= 3"), Ok(true));
        assert_eq!(holds("contact.address.city == 'Berlin'"), Ok(false), "what is missing is no fault");
        assert!(Expression::parse("contact.orders >=").is_err());
        let unknown = |text: &str| Expression::parse(text).unwrap().unknown(&["contact"]);
        assert!(unknown("contact.orders in range(3) and contact.tags|length > 1").is_empty());
        assert_eq!(unknown("contact-vip"), ["vip"], "a name that was meant for something else");
        assert!(holds("range(10000000)|list|length > 0").is_err());
    }
}
