//! Calls as they go on, by WebSocket: words while they are heard, lines when they are final, turns and states.
//!
//! A watcher never holds anything up: events wait for it in one bounded queue for all. One that is too slow is told how
//! many it missed; one that does not read at all is let go.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Extension, State};
use axum::response::Response;
use call_model::{CallId, HangupCause, HangupParty, MemberId, Speaker, TranscriptLine};
use calls::live::{LiveEvent, LiveFeed, LiveItem, LiveKind, LiveState};
use calls::{MemberPresence, SupervisionMode};
use serde::Serialize;
use store::{CallState, TranscriptState};
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio::time::{MissedTickBehavior, timeout};
use utoipa::ToSchema;

use super::calls::no_such_call;
use super::campaigns::{CampaignSums, SumsFeed};
use super::extract::Id;
use super::live_rights::Sight;
use super::presence::Presence;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use super::transcripts::{Line, ToolUse, Turn};
use crate::access::Principal;
use crate::access::scopes::Scope;

/// The protocol that we answer with where one is offered: a browser offers it beside `bearer.KEY`.
const PROTOCOL: &str = "callwright";
/// How often a watcher that hears nothing is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);
/// A watcher that takes nothing for so long is let go.
const STUCK: Duration = Duration::from_secs(15);
/// The largest message that a watcher may send us: there is nothing to say but goodbye.
const MAX_MESSAGE: usize = 4 * 1024;

/// Something that happened in a call.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Live {
    /// What has been understood of an utterance so far; may still change. Only while an agent, or a flow that listens,
    /// talks.
    Partial {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// `caller` or `us`.
        #[schema(value_type = String)]
        speaker: Speaker,
        /// The words so far.
        text: String,
    },
    /// A line is final.
    Line {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// The line.
        line: Line,
    },
    /// How long the stages of an agent's turn took.
    Turn {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// The turn.
        turn: Turn,
    },
    /// A tool was used.
    Tool {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// The use.
        tool: ToolUse,
    },
    /// Somebody of the house takes part in a call beside it, in another way, or no more.
    Supervision {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// The member.
        member: String,
        /// `listen`, `whisper`, `join` or `take_over`; null: they have left.
        #[schema(value_type = Option<String>)]
        mode: Option<SupervisionMode>,
    },
    /// Whether a member can be reached; on `/v1/live` alone, first for each of them.
    Presence(Presence),
    /// The call is in another state: `ringing`, `answered`, `bridged` (somebody was brought in), `unbridged` (they
    /// left), `ended`, or `filed` (nothing more comes of it).
    State {
        /// The call.
        #[schema(value_type = String)]
        call: CallId,
        /// The state.
        #[schema(example = "answered")]
        state: &'static str,
        /// Who ended it, with `ended`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        by: Option<HangupParty>,
        /// Why it ended, with `ended`.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        cause: Option<HangupCause>,
    },
    /// How a campaign stands: those that run as the watching begins, and then each that changed, twice a second at most.
    /// Only where all calls are watched.
    Campaign(Box<CampaignSums>),
    /// The watcher was too slow: so many events, of all calls, were dropped. The transcript has what was final.
    Missed {
        /// How many.
        events: u64,
    },
}

impl From<LiveItem> for Live {
    fn from(item: LiveItem) -> Self {
        let LiveEvent { call, kind } = match item {
            LiveItem::Missed(events) => return Self::Missed { events },
            LiveItem::Event(event) => event,
        };
        match kind {
            LiveKind::Partial { speaker, text } => Self::Partial { call, speaker, text },
            LiveKind::Line(line) => Self::Line { call, line: line.into() },
            LiveKind::TurnReport(turn) => Self::Turn { call, turn: turn.into() },
            LiveKind::ToolUsed(tool) => Self::Tool { call, tool: tool.into() },
            LiveKind::Supervised { member, mode } => Self::Supervision { call, member, mode },
            LiveKind::State(state) => {
                let (name, end) = match state {
                    LiveState::Ringing => ("ringing", None),
                    LiveState::Answered => ("answered", None),
                    LiveState::Bridged => ("bridged", None),
                    LiveState::Unbridged => ("unbridged", None),
                    LiveState::Ended { by, cause } => ("ended", Some((by, cause))),
                    LiveState::Filed => ("filed", None),
                };
                let (by, cause) = end.unzip();
                Self::State { call, state: name, by, cause }
            }
        }
    }
}

/// One call as it goes on, by WebSocket: first its lines, turns and tools so far, then what happens, until it is filed.
///
/// Each message is a JSON text as described here. A page in a browser, which can set no header, offers the protocols
/// `callwright` and `bearer.KEY` instead.
#[utoipa::path(get, path = "/v1/calls/{id}/live", tag = "transcripts", operation_id = "watchCall",
    params(("id" = String, Path, description = "Id of the call")),
    responses((status = 101, description = "A WebSocket whose messages are these", body = Live),
              (status = 409, description = "The call is over", body = Problem)))]
pub(super) async fn one(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    Id(id): Id<CallId>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    // Watched before it is looked up: what happens between the two is not lost.
    let feed = state.calls().watch(Some(id));
    let call = state.store().call(id).await?.ok_or_else(no_such_call)?;
    if call.state == CallState::Ended && call.transcript != Some(TranscriptState::Open) {
        let detail = format!("the call is over: GET /v1/calls/{id}/transcript has what was said");
        return Err(Problem::new(Kind::Conflict, detail));
    }
    let so_far = state.store().transcript(id).await?;
    let told = so_far.lines.iter().map(|record| key(&record.line)).collect();
    let mut backlog: Vec<Live> = Vec::with_capacity(so_far.lines.len() + so_far.turns.len());
    backlog.extend(so_far.lines.into_iter().map(|record| Live::Line { call: id, line: record.line.into() }));
    backlog.extend(so_far.turns.into_iter().map(|turn| Live::Turn { call: id, turn: turn.into() }));
    let tools = state.store().tool_uses(id).await?;
    backlog.extend(tools.into_iter().map(|tool| Live::Tool { call: id, tool: tool.into() }));
    let sight = Sight::of(&state, who);
    accept(&state, upgrade, Watcher { feed, campaigns: None, presence: None, backlog, told, one: true, sight })
}

/// All calls as they go on, and all campaigns in sum, by WebSocket: what happens from now on.
///
/// Each message is a JSON text as described here. A page in a browser, which can set no header, offers the protocols
/// `callwright` and `bearer.KEY` instead.
#[utoipa::path(get, path = "/v1/live", tag = "transcripts", operation_id = "watchCalls",
    responses((status = 101, description = "A WebSocket whose messages are these", body = Live)))]
pub(super) async fn all(
    State(state): State<ApiState>,
    Extension(who): Extension<Principal>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let feed = state.calls().watch(None);
    let sees_campaigns = who.may(Scope::CampaignsRead);
    let campaigns = sees_campaigns.then(|| state.campaign_feed().watch(&state));
    let running = if sees_campaigns { super::campaigns::running_sums(&state).await? } else { Vec::new() };
    let presence = state.calls().watch_presence();
    let only = who.only_member();
    let members = state.calls().presence().into_iter().map(|it| Live::Presence(Presence::shown(it, only)));
    let backlog = members.chain(running.into_iter().map(|sums| Live::Campaign(Box::new(sums)))).collect();
    let sight = Sight::of(&state, who);
    accept(&state, upgrade, Watcher { feed, campaigns, presence, backlog, told: HashSet::new(), one: false, sight })
}

fn accept(
    state: &ApiState,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    watcher: Watcher,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| {
        let detail = "this is a WebSocket: open it with a WebSocket client (ws:// or wss://)";
        Problem::new(Kind::UpgradeRequired, detail)
            .with_header(axum::http::header::UPGRADE, "websocket")
            .with_header(axum::http::header::CONNECTION, "upgrade")
    })?;
    let permit = Arc::clone(state.watchers()).try_acquire_owned().map_err(|_| {
        let most = state.config().max_watchers;
        let detail = format!("{most} WebSockets watch calls already: close one, or watch all calls with one");
        Problem::new(Kind::Overloaded, detail).retry_after(5)
    })?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| watcher.run(socket, permit)))
}

/// What tells a line from the others of its call.
type LineKey = (Speaker, u64, u64);

fn key(line: &TranscriptLine) -> LineKey {
    (line.speaker, line.from_ms, line.to_ms)
}

/// One who watches.
struct Watcher {
    feed: LiveFeed,
    /// Of one who watches all.
    campaigns: Option<SumsFeed>,
    /// Members who come, go or talk; the same.
    presence: Option<broadcast::Receiver<MemberPresence>>,
    /// What is told first.
    backlog: Vec<Live>,
    /// Lines of the backlog, which are not told again.
    told: HashSet<LineKey>,
    /// Of one call: it ends with it.
    one: bool,
    /// What may be seen.
    sight: Sight,
}

impl Watcher {
    async fn run(mut self, mut socket: WebSocket, _permit: OwnedSemaphorePermit) {
        for live in std::mem::take(&mut self.backlog) {
            if !send(&mut socket, text(&live)).await {
                return;
            }
        }
        let mut ping = tokio::time::interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let only = self.sight.only_member();
        loop {
            let message = tokio::select! {
                item = self.feed.next() => match item {
                    Some(item) if self.was_told(&item) => continue,
                    Some(item) => {
                        if !self.sight.shows(&item).await {
                            continue;
                        }
                        let last = self.one && is_filed(&item);
                        if !send(&mut socket, text(&item.into())).await {
                            return;
                        }
                        if last { break }
                        continue;
                    }
                    None => break,
                },
                sums = next_sums(&mut self.campaigns) => text(&Live::Campaign(Box::new((*sums).clone()))),
                change = changed(&mut self.presence, only) => text(&change),
                () = self.sight.ended() => {
                    let signed_out = CloseFrame { code: close_code::POLICY, reason: "signed out".into() };
                    send(&mut socket, Message::Close(Some(signed_out))).await;
                    return;
                }
                _ = ping.tick() => Message::Ping(Bytes::new()),
                // What a watcher says is of no interest, but that it is there.
                said = socket.recv() => match said {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                },
            };
            if !send(&mut socket, message).await {
                return;
            }
        }
        let goodbye = CloseFrame { code: close_code::NORMAL, reason: "nothing more comes".into() };
        send(&mut socket, Message::Close(Some(goodbye))).await;
    }

    fn was_told(&mut self, item: &LiveItem) -> bool {
        match item {
            LiveItem::Event(LiveEvent { kind: LiveKind::Line(line), .. }) => self.told.remove(&key(line)),
            _ => false,
        }
    }
}

/// The next that is known of a campaign; older sums are of no interest. Cancel safe.
async fn next_sums(feed: &mut Option<SumsFeed>) -> Arc<CampaignSums> {
    while let Some(sums) = feed {
        match sums.recv().await {
            Ok(sums) => return sums,
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => *feed = None,
        }
    }
    std::future::pending().await
}

/// The next change of a member's presence; never, where none is watched. Cancel safe.
async fn changed(presence: &mut Option<broadcast::Receiver<MemberPresence>>, only: Option<MemberId>) -> Live {
    while let Some(changes) = presence {
        match changes.recv().await {
            Ok(change) => return Live::Presence(Presence::shown(change, only)),
            Err(broadcast::error::RecvError::Lagged(events)) => return Live::Missed { events },
            Err(broadcast::error::RecvError::Closed) => *presence = None,
        }
    }
    std::future::pending().await
}

fn is_filed(item: &LiveItem) -> bool {
    matches!(item, LiveItem::Event(LiveEvent { kind: LiveKind::State(LiveState::Filed), .. }))
}

fn text(live: &Live) -> Message {
    // Made of plain structs: it always has a form as JSON.
    Message::Text(serde_json::to_string(live).unwrap_or_default().into())
}

/// `false`: the watcher has gone, or takes nothing.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(STUCK, socket.send(message)).await, Ok(Ok(())))
}
