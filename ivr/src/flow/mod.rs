//! One flow, read and checked.

use std::collections::BTreeSet;

use crate::fault::Fault;
use crate::limits::ParseLimits;

/// What is known around a flow when it is read. What is `None` is not checked.
#[derive(Debug, Clone, Default)]
pub struct ParseContext {
    /// Name of the flow: what sub-flow calls, numbers and counters call it.
    pub name: String,
    /// Names of all flows that exist, for `call`.
    pub flows: Option<BTreeSet<String>>,
    /// Members and groups that exist, for `transfer`. Numbers and SIP URIs are always taken.
    pub members: Option<BTreeSet<String>>,
    /// Sound files that exist, for `play`.
    pub sounds: Option<BTreeSet<String>>,
    /// Limits on the file.
    pub limits: ParseLimits,
}

/// One flow, read and checked. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct Flow {
    name: String,
    warnings: Vec<Fault>,
}

impl Flow {
    /// Reads a flow. A wrong one is refused whole, with every fault that was found (errors and warnings), in the
    /// order of the file.
    pub fn parse(_yaml: &str, context: &ParseContext) -> Result<Self, Vec<Fault>> {
        Ok(Self { name: context.name.clone(), warnings: Vec::new() })
    }

    /// The name given by the context.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What somebody should look at although the flow was taken.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// The languages that every text exists in; the first is the default.
    pub fn languages(&self) -> &[String] {
        &[]
    }

    /// Names of the flows that this one calls.
    pub fn calls(&self) -> BTreeSet<&str> {
        BTreeSet::new()
    }

    /// Every node: its name and its verb, in the order of the file.
    pub fn nodes(&self) -> Vec<(&str, &'static str)> {
        Vec::new()
    }
}
