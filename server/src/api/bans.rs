//! Sources that are not listened to.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use transport::sip::{Ban as SipBan, Network};
use utoipa::{IntoParams, ToSchema};

use super::extract::Params;
use super::now_ms;
use super::page::List;
use super::problem::Problem;
use super::state::ApiState;
use super::wire::Time;

/// A source that is not listened to.
#[derive(Serialize, ToSchema)]
pub(super) struct Ban {
    /// An IPv4 address, or a /64 of IPv6.
    #[schema(example = "203.0.113.9")]
    source: String,
    /// The offence that was the last straw: `garbage`, `unknown_user`, `wrong_password`, `foreign_number` or `scanner`.
    reason: &'static str,
    /// How often it has been banned.
    times: u32,
    /// When the ban ends.
    until: Time,
}

/// How bans are listed.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// As JSON.
    #[default]
    Json,
    /// One source a line.
    Text,
    /// Two sets of nftables, `callwright_bans4` and `callwright_bans6`, whose elements lapse with the bans.
    Nftables,
}

/// How to list them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct How {
    /// `json`, `text` or `nftables`.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// Which bans to lift.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// An address or a network; all where it is not said.
    source: Option<String>,
}

/// How many bans were lifted.
#[derive(Serialize, ToSchema)]
pub(super) struct Lifted {
    /// How many.
    lifted: usize,
}

/// All bans, those that last longest first.
#[utoipa::path(get, path = "/v1/bans", tag = "operation", operation_id = "listBans", params(How),
    responses((status = 200, body = inline(List<Ban>))))]
pub(super) async fn list(State(state): State<ApiState>, Params(how): Params<How>) -> Response {
    let bans = state.calls().bans();
    let text = |text: String| ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response();
    match how.format {
        Format::Json => List::whole(bans.iter().map(form).collect()).into_response(),
        Format::Text => text(plain(&bans)),
        Format::Nftables => text(nftables(&bans)),
    }
}

/// Lifts the bans of a source, or all.
#[utoipa::path(delete, path = "/v1/bans", tag = "operation", operation_id = "liftBans", params(Which),
    responses((status = 200, body = Lifted)))]
pub(super) async fn lift(
    State(state): State<ApiState>,
    Params(which): Params<Which>,
) -> Result<(StatusCode, axum::Json<Lifted>), Problem> {
    let network = match which.source.map(|text| text.parse::<Network>()).transpose() {
        Ok(network) => network,
        Err(error) => return Err(Problem::invalid(format!("`source` is no network: {error}"))),
    };
    let lifted = state.calls().lift_bans(network);
    Ok((StatusCode::OK, axum::Json(Lifted { lifted })))
}

fn form(ban: &SipBan) -> Ban {
    let left = i64::try_from(ban.left.as_millis()).unwrap_or(i64::MAX);
    Ban {
        source: ban.source.to_string(),
        reason: ban.reason.word(),
        times: ban.times,
        until: Time(now_ms().saturating_add(left)),
    }
}

fn plain(bans: &[SipBan]) -> String {
    bans.iter().map(|ban| format!("{}\n", ban.source)).collect::<Vec<_>>().concat()
}

/// Two sets for `nft -f`: they are made where they are not there yet, and filled anew.
fn nftables(bans: &[SipBan]) -> String {
    let mut lines = vec![String::from("add table inet callwright")];
    for (name, kind, v4) in [("callwright_bans4", "ipv4_addr", true), ("callwright_bans6", "ipv6_addr", false)] {
        lines.push(format!("add set inet callwright {name} {{ type {kind}; flags interval, timeout; }}"));
        lines.push(format!("flush set inet callwright {name}"));
        let of_kind = bans.iter().filter(|ban| ban.source.is_ipv4() == v4);
        let elements: Vec<_> =
            of_kind.map(|ban| format!("{} timeout {}s", ban.source, ban.left.as_secs().max(1))).collect();
        if !elements.is_empty() {
            lines.push(format!("add element inet callwright {name} {{ {} }}", elements.join(", ")));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use transport::sip::Offence;

    use super::*;

    #[test]
    fn bans_are_written_for_firewalls() {
        let ban = |source: &str| SipBan {
            source: source.parse().expect("a network"),
            reason: Offence::Scanner,
            times: 1,
            left: Duration::from_mins(10),
        };
        let bans = [ban("203.0.113.9"), ban("2001:db8:1:2::/64")];
        assert_eq!(plain(&bans), "203.0.113.9\n2001:db8:1:2::/64\n");
        let sets = nftables(&bans);
        assert!(sets.contains("add element inet callwright callwright_bans4 { 203.0.113.9 timeout 600s }\n"), "{sets}");
        assert!(sets.contains("callwright_bans6 { 2001:db8:1:2::/64 timeout 600s }\n"), "{sets}");
        assert!(!nftables(&[]).contains("add element"), "an empty set has no elements");
    }
}
