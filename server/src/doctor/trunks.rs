//! How trunks stand, in words.

use super::Finding;

const CHECK: &str = "trunk";

/// A trunk, as the running server sees it.
pub(crate) struct TrunkCase<'a> {
    /// Our name for it.
    pub name: &'a str,
    /// `none`, `trying`, `registered` or `failed`.
    pub registration: Option<&'a str>,
    /// Whether it answers OPTIONS; `None` while it is not known.
    pub reachable: Option<bool>,
    /// Round trip of the last OPTIONS, ms.
    pub rtt_ms: Option<u64>,
    /// What went wrong last.
    pub problem: Option<&'a str>,
}

/// What is wrong with a trunk.
pub(crate) fn trunk(case: &TrunkCase<'_>) -> Finding {
    let (name, problem) = (case.name, case.problem.unwrap_or("it was not asked yet"));
    match (case.registration, case.reachable) {
        (Some("failed"), _) => Finding::fault(
            CHECK,
            format!("{name} is not registered: {problem}"),
            "check host, user and password with the carrier",
        )
        .about(name, "trunk_refused"),
        (_, Some(false)) => Finding::fault(
            CHECK,
            format!("{name} does not answer: {problem}"),
            "check `host`, the firewall, and whether the carrier knows our address",
        )
        .about(name, "trunk_silent"),
        (_, None) => {
            Finding::warning(CHECK, format!("{name}: {problem}"), "ask again in a minute").about(name, "trunk_unknown")
        }
        (registration, Some(true)) => {
            let registered = if registration == Some("registered") { "registered, " } else { "" };
            let time = case.rtt_ms.map_or_else(String::new, |ms| format!(" in {ms} ms"));
            let found = format!("{name}: {registered}answers{time}");
            Finding { about: Some(name.to_owned()), ..Finding::ok(CHECK, found) }
        }
    }
}
