//! The one gate that every outbound call passes: there is no second way out.

use jiff::Timestamp;
use permission::{Reason, Verdict};

use crate::directory::Trunk;

/// What is asked of the gate.
#[derive(Debug, Clone, Copy)]
pub struct OutboundRequest<'a> {
    /// The number to be called, E.164; `None` for a SIP address of a member or of a test.
    pub number: Option<&'a str>,
    /// The trunk that would carry it; `None` for a SIP address.
    pub trunk: Option<&'a Trunk>,
    /// Calls that the trunk carries now.
    pub trunk_calls: usize,
    /// What the trunk's calls have cost today, in millionths.
    pub spent_today: u64,
    /// Whether the number may be called now for the call's purpose; [`Verdict::Now`] where a person of the business
    /// dialled it by hand.
    pub permission: Verdict,
}

/// Why an outbound call is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rules of the business, or what the person called has said.
    #[error("{reason}: nothing was dialled")]
    NotPermitted {
        /// Why.
        reason: Reason,
        /// The first moment at which it is permitted, where there is one.
        at: Option<Timestamp>,
    },
    /// The destination is not among those allowed on the trunk.
    #[error("the trunk `{0}` may not call this destination: add its prefix to `allowed_prefixes`")]
    Destination(String),
    /// The destination is among those that the trunk may not call.
    #[error("the trunk `{0}` may not call this destination: its prefix is one of `denied_prefixes`")]
    Denied(String),
    /// Spending is limited, and nobody knows what this destination costs.
    #[error("the trunk `{0}` limits spending and has no rate for this destination: add its prefix to `rates`")]
    NoRate(String),
    /// The limit on spending is reached, or one minute would pass it.
    #[error("the trunk `{0}` has reached `spend_limit_day`, or a minute costs more than `spend_limit_call`")]
    SpendLimit(String),
    /// The trunk carries as many calls as it may.
    #[error("the trunk `{0}` carries as many calls as `max_calls` allows: try again later")]
    TrunkFull(String),
}

impl Refusal {
    /// A word for programs: it stays as it is.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotPermitted { reason, .. } => reason.code(),
            Self::Destination(_) => "destination",
            Self::Denied(_) => "denied",
            Self::NoRate(_) => "no_rate",
            Self::SpendLimit(_) => "spend_limit",
            Self::TrunkFull(_) => "trunk_full",
        }
    }

    /// The first moment at which the call is permitted, where that is known.
    pub const fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::NotPermitted { at, .. } => *at,
            _ => None,
        }
    }
}

/// Decides whether an outbound call may be made.
pub fn permit(request: OutboundRequest<'_>) -> Result<(), Refusal> {
    if let Some(reason) = request.permission.reason() {
        return Err(Refusal::NotPermitted { reason, at: request.permission.retry_at() });
    }
    let Some(trunk) = request.trunk else { return Ok(()) };
    if let Some(number) = request.number {
        let allowed = &trunk.allowed_prefixes;
        if !allowed.is_empty() && !allowed.iter().any(|prefix| number.starts_with(prefix.as_str())) {
            return Err(Refusal::Destination(trunk.name.clone()));
        }
        permit_toll(trunk, number, request.spent_today)?;
    }
    if trunk.max_calls > 0 && request.trunk_calls >= trunk.max_calls {
        return Err(Refusal::TrunkFull(trunk.name.clone()));
    }
    Ok(())
}

/// Whether a number may be called at its price.
fn permit_toll(trunk: &Trunk, number: &str, spent_today: u64) -> Result<(), Refusal> {
    let toll = &trunk.toll;
    if toll.denied_prefixes.iter().any(|prefix| number.starts_with(prefix.as_str())) {
        return Err(Refusal::Denied(trunk.name.clone()));
    }
    if !toll.is_limited() {
        return Ok(());
    }
    let minute = toll.per_minute(number).ok_or_else(|| Refusal::NoRate(trunk.name.clone()))?;
    let day = toll.spend_limit_day > 0 && spent_today.saturating_add(minute) > toll.spend_limit_day;
    let call = toll.spend_limit_call > 0 && minute > toll.spend_limit_call;
    // What costs nothing goes on when the money is spent.
    if minute > 0 && (day || call) { Err(Refusal::SpendLimit(trunk.name.clone())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use call_model::TrunkId;

    use super::*;
    use crate::directory::TrunkProtocol;
    use crate::interop::Interop;
    use crate::toll::Toll;

    fn trunk(toll: Toll) -> Trunk {
        Trunk {
            id: TrunkId::from_parts(0, 1),
            name: "acme".into(),
            host: "sip.example".into(),
            protocol: TrunkProtocol::Udp,
            user: String::new(),
            auth_user: String::new(),
            password: String::new(),
            register: false,
            addresses: vec![IpAddr::from([192, 0, 2, 1]).into()],
            caller_id: None,
            allowed_prefixes: vec!["+49".into()],
            max_calls: 0,
            interop: Interop::default(),
            toll,
        }
    }

    fn ask(trunk: &Trunk, number: &str, spent_today: u64) -> Result<(), Refusal> {
        let number = Some(number);
        permit(OutboundRequest { number, trunk: Some(trunk), trunk_calls: 0, spent_today, permission: Verdict::Now })
    }

    #[test]
    fn what_the_rules_forbid_is_told_with_its_reason_and_its_moment() {
        let trunk = trunk(Toll::default());
        let ask = |permission| {
            permit(OutboundRequest {
                number: Some("+4930901820"),
                trunk: Some(&trunk),
                trunk_calls: 0,
                spent_today: 0,
                permission,
            })
        };
        let at = Timestamp::UNIX_EPOCH;
        let refused = ask(Verdict::Later { at, reason: Reason::Window }).expect_err("it is too late");
        assert_eq!((refused.code(), refused.retry_at()), ("window", Some(at)));
        let refused = ask(Verdict::Never { reason: Reason::Suppressed }).expect_err("they said no");
        assert_eq!((refused.code(), refused.retry_at()), ("suppressed", None));
        assert_eq!(ask(Verdict::Now), Ok(()));
    }

    #[test]
    fn a_denied_destination_lies_within_allowed_ones() {
        let trunk = trunk(Toll { denied_prefixes: vec!["+49900".into()], ..Toll::default() });
        assert_eq!(ask(&trunk, "+4930901820", 0), Ok(()));
        assert_eq!(ask(&trunk, "+499001234", 0), Err(Refusal::Denied("acme".into())));
        assert_eq!(ask(&trunk, "+8821234", 0), Err(Refusal::Destination("acme".into())));
    }

    #[test]
    fn limited_spending_needs_rates_and_money() {
        let rates = vec![("+4930".into(), 20), ("+4980".into(), 0), ("+4917".into(), 90)];
        let trunk = trunk(Toll { rates, spend_limit_day: 100, spend_limit_call: 50, ..Toll::default() });
        assert_eq!(ask(&trunk, "+4930901820", 80), Ok(()));
        assert_eq!(ask(&trunk, "+4930901820", 81), Err(Refusal::SpendLimit("acme".into())), "a minute would pass it");
        assert_eq!(
            ask(&trunk, "+49171234567", 0),
            Err(Refusal::SpendLimit("acme".into())),
            "more than a call may cost"
        );
        assert_eq!(ask(&trunk, "+498001234", 100), Ok(()), "free calls go on");
        assert_eq!(ask(&trunk, "+4989123456", 0), Err(Refusal::NoRate("acme".into())));
    }
}
