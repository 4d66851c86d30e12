//! A whole switchboard on loopback, apps that follow a script of the test, and phones to call it with.

#![allow(dead_code, reason = "no test file needs all of it")]

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use call_model::{
    CallApp, CallCommand, CallEvent, CallFacts, CallId, HttpFailure, HttpReply, HttpRequest, Moment, NumberId,
    SampleRate, ThinkEvent, ThinkRequest, ToolFailure, ToolRequest,
};
use calls::app::{AppError, AppFactory, AppRef, MadeApp, RecordingRule};
use calls::directory::{Directory, Member, NumberRoute};
use calls::{CallSettings, HttpClient, Parts, Placement, Switchboard, Thinker, ThoughtStream, ToolFuture, Tools};
use media::codec::Codec;
use media::sdp::{self, Direction, LocalMedia, SessionDescription};
use recordings::{Folder, Recorder, RecorderSettings};
use serde_json::Value;
use sip_core::message::{NameAddr, Uri};
use sip_core::{Body, EndReason, EndedBy, Event, IncomingCall, LegHandle, OutgoingCall};
use speech::transcriber::{self, EngineEnds};
use speech::{
    EarSink, HearingEvent, HearingStream, ListenRequest, SpeechChunk, SpeechStream, Synthesizer, Transcriber,
    Utterance, VoiceInfo, WordTime,
};
use store::{CallRecord, PageRequest, Store, StoreConfig};
use tokio::sync::{mpsc, oneshot};
use transport::rtp::{RtpConfig, RtpEngine};
use transport::sip::{Listen, SipConfig, SipHandle, SipTransport};

/// Nothing here takes this long, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_| panic!("{what} did not come"))
}

/// What an app of a test answers to an event.
pub type Script = fn(&CallEvent, &CallFacts) -> Vec<CallCommand>;

struct ScriptApp {
    script: Script,
    name: String,
    facts: CallFacts,
    commands: VecDeque<CallCommand>,
    told: mpsc::UnboundedSender<(String, CallEvent)>,
}

impl CallApp for ScriptApp {
    fn handle(&mut self, _now: Moment, event: &CallEvent) {
        let _ = self.told.send((self.name.clone(), event.clone()));
        self.commands.extend((self.script)(event, &self.facts));
    }

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_command(&mut self) -> Option<CallCommand> {
        self.commands.pop_front()
    }

    fn poll_timeout(&self) -> Option<Duration> {
        assert!(self.name != RESTLESS, "as the test wants it");
        None
    }
}

/// An app of this name panics when it is asked for its time.
pub const RESTLESS: &str = "restless";

struct Scripts {
    script: Script,
    told: mpsc::UnboundedSender<(String, CallEvent)>,
}

/// Under this name each app finds its own among the variables.
pub const NAME: &str = "app";

/// And under this the rule on recording that it was made under.
pub const RULE: &str = "rule";

/// An app of this name may only record when it was permitted.
pub const CONSENT: &str = "consent";

/// There is no app of this name.
pub const MISSING: &str = "missing";

/// An app of this name panics while it is made.
pub const UNMADE: &str = "unmade";

impl AppFactory for Scripts {
    fn make(&self, app: &AppRef, facts: &CallFacts, rule: Option<RecordingRule>) -> Result<MadeApp, AppError> {
        assert_ne!(*app, AppRef::Say(UNMADE.into()), "as the test wants it");
        let (AppRef::Flow(name) | AppRef::Agent(name) | AppRef::Say(name)) = app;
        if name == MISSING {
            return Err(AppError::NoSuchAgent(name.clone()));
        }
        let (script, told, name) = (self.script, self.told.clone(), name.clone());
        let mut facts = facts.clone();
        facts.variables.insert(NAME.into(), name.clone().into());
        facts.variables.insert(RULE.into(), serde_json::to_value(rule).expect("a rule"));
        let app = ScriptApp { script, name, facts, commands: VecDeque::new(), told };
        let recording = if app.name == CONSENT { RecordingRule::Consent } else { RecordingRule::Announced };
        Ok(MadeApp { app: Box::new(app), recording, flow_versions: Arc::default() })
    }
}

/// Every text sounds the same: 200 ms of a tone for each word, or `n` pieces of 20 ms that say nothing for `pieces n`.
pub struct Tones;

impl Synthesizer for Tones {
    fn speak(&self, utterance: Utterance) -> SpeechStream {
        let (sink, stream) = SpeechStream::channel(4);
        let pieces = utterance.text.strip_prefix("pieces ").and_then(|count| count.parse().ok());
        let (count, length) = pieces.map_or((utterance.text.split(' ').count(), 1_600), |count: usize| (count, 160));
        let samples: Arc<[i16]> =
            (0..length).map(|at| ((f64::from(at) * 0.35).sin() * 9_000.0) as i16).collect::<Vec<_>>().into();
        let words: Vec<String> = match pieces {
            Some(_) => vec![String::new(); count],
            None => utterance.text.split(' ').map(str::to_owned).collect(),
        };
        tokio::spawn(async move {
            for word in words {
                let time = WordTime { text: word.clone(), from_ms: 0, to_ms: 200 };
                let chunk = SpeechChunk {
                    text: word.as_str().into(),
                    words: (!word.is_empty()).then(|| [time].into()),
                    ..SpeechChunk::silent(samples.clone(), SampleRate::Narrow)
                };
                if !sink.send(Ok(chunk)).await {
                    return;
                }
            }
        });
        stream
    }

    fn voices(&self) -> &[VoiceInfo] {
        &[]
    }
}

struct NoHttp;

impl HttpClient for NoHttp {
    fn send(&self, _: HttpRequest) -> Pin<Box<dyn Future<Output = Result<HttpReply, HttpFailure>> + Send + '_>> {
        Box::pin(async { Err(HttpFailure::Unreachable) })
    }
}

/// A session of the scripted recogniser: the test hears what is pushed and says what was understood.
pub struct Session {
    pub request: ListenRequest,
    pub ends: EngineEnds,
}

impl Session {
    pub async fn says(&self, event: HearingEvent) {
        self.ends.events.send(event).await.expect("somebody listens");
    }

    pub async fn partial(&self, text: &str) {
        self.says(HearingEvent::Partial { text: text.into(), words: Vec::new() }).await;
    }

    pub async fn line(&self, from_ms: u64, text: &str) {
        let (to_ms, text) = (from_ms + 500, text.into());
        let words = Vec::new();
        self.says(HearingEvent::Final { from_ms, to_ms, text, words, confidence: Some(0.5), language: None }).await;
    }

    /// Waits until so much more was heard; gives the time of the last block.
    pub async fn hears(&mut self, ms: u64) -> u64 {
        let mut last = 0;
        for _ in 0..ms.div_ceil(20) {
            last = soon("a block", self.ends.blocks.recv()).await.expect("an open ear").at_ms;
        }
        last
    }

    /// Waits until nothing more is to be heard.
    pub async fn closes(&mut self) {
        soon("the end of the ear", async { while self.ends.blocks.recv().await.is_some() {} }).await;
    }
}

struct ScriptedEars(mpsc::UnboundedSender<Session>);

impl Transcriber for ScriptedEars {
    fn listen(&self, request: ListenRequest) -> (EarSink, HearingStream) {
        let (sink, stream, ends) = transcriber::session(transcriber::BLOCKS_AHEAD);
        let _ = self.0.send(Session { request, ends });
        (sink, stream)
    }

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn hears_turns(&self) -> bool {
        false
    }
}

/// A question that was asked; the test answers.
pub struct Question {
    pub request: ThinkRequest,
    pub answer: mpsc::Sender<ThinkEvent>,
}

struct ScriptedThinker(mpsc::UnboundedSender<Question>);

impl Thinker for ScriptedThinker {
    fn think(&self, request: ThinkRequest) -> ThoughtStream {
        let (answer, stream) = mpsc::channel(4);
        let _ = self.0.send(Question { request, answer });
        stream
    }
}

/// A tool that is used; the test says what it gives back.
pub struct Use {
    pub request: ToolRequest,
    pub end: oneshot::Sender<Result<Value, ToolFailure>>,
}

/// Hands every use to the test, but for the tool `broken`.
struct ScriptedTools(mpsc::UnboundedSender<Use>);

impl Tools for ScriptedTools {
    fn run(&self, request: ToolRequest) -> ToolFuture {
        assert_ne!(request.name, "broken", "as the test wants it");
        let (end, came) = oneshot::channel();
        let _ = self.0.send(Use { request, end });
        Box::pin(async move { came.await.unwrap_or(Err(ToolFailure::TimedOut)) })
    }
}

/// A business with the numbers `reception` and `broken`.
pub struct House {
    pub switchboard: Switchboard,
    pub store: Store,
    /// What each app was told.
    pub events: mpsc::UnboundedReceiver<(String, CallEvent)>,
    sessions: mpsc::UnboundedReceiver<Session>,
    questions: mpsc::UnboundedReceiver<Question>,
    uses: mpsc::UnboundedReceiver<Use>,
    pub port: u16,
    _folder: tempfile::TempDir,
}

impl House {
    pub async fn start(script: Script) -> Self {
        Self::start_with(script, CallSettings::default(), RtpConfig::default()).await
    }

    pub async fn start_with(script: Script, settings: CallSettings, rtp: RtpConfig) -> Self {
        Self::open(script, settings, rtp, false).await
    }

    /// Members of the business, by name; their phones register with [`Phones::register`]. Phones that do not answer ring
    /// again at once.
    pub async fn staffed(script: Script, members: &[Member]) -> Self {
        let settings = CallSettings { queue_retry: Duration::from_millis(200), ..CallSettings::default() };
        let house = Self::start_with(script, settings, RtpConfig::default()).await;
        house.staff(members).await;
        house
    }

    /// These are the members from now on.
    pub async fn staff(&self, members: &[Member]) {
        let numbers = ["reception", CONSENT].map(number);
        let directory = Directory::new(REALM.into(), "en".into(), "DE".into(), numbers, members.iter().cloned(), []);
        self.switchboard.set_directory(Arc::new(directory)).await;
    }

    /// With ears, whose sessions the test plays.
    pub async fn hearing(script: Script, settings: CallSettings) -> Self {
        Self::open(script, settings, RtpConfig::default(), true).await
    }

    async fn open(script: Script, settings: CallSettings, rtp: RtpConfig, hears: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(StoreConfig::new(folder.path().join("books"))).await.expect("a store");
        let recordings = Folder::open(folder.path().join("recordings")).expect("a folder");
        let (recorder, _) = Recorder::start(recordings.clone(), RecorderSettings::default()).expect("a recorder");
        let (sip, sip_events) = line().await;
        let port = sip.listeners()[0].local.port();
        let (told, events) = mpsc::unbounded_channel();
        let (ears, sessions) = mpsc::unbounded_channel();
        let (asked, questions) = mpsc::unbounded_channel();
        let (used, uses) = mpsc::unbounded_channel();
        let parts = Parts {
            sip,
            rtp: RtpEngine::start(RtpConfig { threads: 1, ports: 30_000..=39_999, max_busy: 100.0, ..rtp })
                .expect("media"),
            store: store.clone(),
            synthesizer: Arc::new(Tones),
            transcriber: hears.then(|| Arc::new(ScriptedEars(ears)) as Arc<dyn Transcriber>),
            thinker: Arc::new(ScriptedThinker(asked)),
            tools: Arc::new(ScriptedTools(used)),
            recorder,
            recordings,
            apps: Arc::new(Scripts { script, told }),
            http: Arc::new(NoHttp),
        };
        let numbers = [number("reception"), number(CONSENT), number(UNMADE)];
        let directory = Directory::new("test".into(), "en".into(), "DE".into(), numbers, [], []);
        let switchboard = Switchboard::start(parts, settings, Arc::new(directory), sip_events);
        Self { switchboard, store, events, sessions, questions, uses, port, _folder: folder }
    }

    /// Waits until the app is told of something like this.
    pub async fn told<T>(&mut self, what: &str, mut which: impl FnMut(&CallEvent) -> Option<T>) -> T {
        soon(what, async {
            loop {
                let (_, event) = self.events.recv().await.expect("the apps' events");
                if let Some(found) = which(&event) {
                    return found;
                }
            }
        })
        .await
    }

    /// Waits until exactly this is told; gives the name of the app.
    pub async fn told_to(&mut self, wanted: CallEvent) -> String {
        soon("the event", async {
            loop {
                let (name, event) = self.events.recv().await.expect("the apps' events");
                if event == wanted {
                    return name;
                }
            }
        })
        .await
    }

    /// Waits until somebody is listened to.
    pub async fn ear(&mut self) -> Session {
        soon("an ear", self.sessions.recv()).await.expect("the recogniser")
    }

    /// Waits until a brain is asked.
    pub async fn question(&mut self) -> Question {
        soon("a question", self.questions.recv()).await.expect("the thinker")
    }

    /// Waits until a tool is used.
    pub async fn use_of_a_tool(&mut self) -> Use {
        soon("a tool", self.uses.recv()).await.expect("the tools")
    }

    /// The only call's transcript, once it is over and complete.
    pub async fn transcript(&self) -> (CallRecord, store::Transcript) {
        let call = self.only_call().await;
        let transcript = self.store.transcript(call.id).await.expect("books");
        (call, transcript)
    }

    /// Waits until every call is over and filed, and gives the only one's record.
    pub async fn only_call(&self) -> CallRecord {
        self.switchboard.drain(PATIENCE).await;
        assert_eq!(self.switchboard.live(), 0, "no call may be left behind");
        let mut page = self.store.calls(&store::CallFilter::default(), &PageRequest::first(10)).await.expect("calls");
        assert_eq!(page.data.len(), 1);
        page.data.remove(0)
    }

    pub async fn place(&self, to: String) -> Result<(), calls::PlaceError> {
        let placement = Placement {
            to,
            app: AppRef::Say("reception".into()),
            from: None,
            trunk: None,
            language: None,
            variables: serde_json::Map::new(),
            ring_timeout: None,
            webhook: None,
        };
        let id: CallId = store::fresh_id(1_700_000_000_000);
        self.switchboard.place(id, placement).await
    }
}

fn number(name: &str) -> NumberRoute {
    NumberRoute {
        id: NumberId::from_parts(0, 1),
        number: name.into(),
        app: AppRef::Say(name.into()),
        language: None,
        recording: None,
        transcribe: None,
        trunk: None,
    }
}

const PASSWORD: &str = "hush";
/// What SIP challenges with.
const REALM: &str = "callwright";

/// A member with nothing but a name and a phone.
pub fn member(name: &str) -> Member {
    let account = sip_core::Account::from_password(name, REALM, PASSWORD);
    Member {
        id: call_model::MemberId::from_parts(0, 1),
        name: name.into(),
        display: name.into(),
        ha1_md5: account.ha1_md5,
        ha1_sha256: account.ha1_sha256,
        may_call_from: vec![],
        skills: vec![],
        languages: vec![],
        away: false,
    }
}

async fn line() -> (SipHandle, mpsc::Receiver<Event>) {
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = SipConfig { listen: vec![Listen::udp(here)], ..SipConfig::default() };
    SipTransport::start(config).await.expect("a line")
}

/// Phones without sound: all who are called at its port.
pub struct Phones {
    sip: SipHandle,
    events: mpsc::Receiver<Event>,
    missed: VecDeque<Event>,
    offers: HashMap<LegHandle, Body>,
    /// The Call-ID of each call that came.
    pub call_ids: HashMap<LegHandle, String>,
    /// Who was called.
    pub names: HashMap<LegHandle, String>,
    pub port: u16,
}

impl Phones {
    pub async fn start() -> Self {
        let (sip, events) = line().await;
        let port = sip.listeners()[0].local.port();
        Self {
            sip,
            events,
            missed: VecDeque::new(),
            offers: HashMap::new(),
            call_ids: HashMap::new(),
            names: HashMap::new(),
            port,
        }
    }

    /// The address of one of them.
    pub fn address(&self, name: &str) -> String {
        format!("sip:{name}@127.0.0.1:{}", self.port)
    }

    fn media() -> LocalMedia {
        LocalMedia::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9_000, 1)
    }

    pub async fn call(&self, port: u16, name: &str, offer: bool) -> LegHandle {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let from = NameAddr::new(uri(format!("sip:tester@127.0.0.1:{}", self.port)));
        let mut call = OutgoingCall::new(uri(format!("sip:{name}@127.0.0.1:{port}")), from);
        call.body = offer.then(|| Body::sdp(sdp::offer(&Self::media()).to_string()));
        self.sip.invite(call).await.expect("an INVITE")
    }

    /// A member calls somebody.
    pub async fn call_from(&self, port: u16, member: &str, name: &str) -> LegHandle {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let from = NameAddr::new(uri(format!("sip:{member}@127.0.0.1:{port}")));
        let mut call = OutgoingCall::new(uri(format!("sip:{name}@127.0.0.1:{port}")), from);
        call.credentials = Some(sip_core::Credentials::new(member, PASSWORD));
        call.body = Some(Body::sdp(sdp::offer(&Self::media()).to_string()));
        self.sip.invite(call).await.expect("an INVITE")
    }

    /// Waits for an event, keeping those that come before it for later.
    async fn next<T>(&mut self, what: &str, mut which: impl FnMut(&Event) -> Option<T>) -> T {
        if let Some(place) = self.missed.iter().position(|event| which(event).is_some()) {
            let event = self.missed.remove(place).expect("it was just there");
            return which(&event).expect("it was just found");
        }
        soon(what, async {
            loop {
                let event = self.events.recv().await.expect("SIP events");
                if let Some(found) = which(&event) {
                    return found;
                }
                self.missed.push_back(event);
            }
        })
        .await
    }

    /// Waits until one of them is called.
    pub async fn called(&mut self) -> LegHandle {
        let call: Box<IncomingCall> = self
            .next("a call", |event| match event {
                Event::IncomingCall(call) => Some(call.clone()),
                _ => None,
            })
            .await;
        self.call_ids.insert(call.leg, call.call_id.clone());
        let name = call.request_uri.username().map(std::borrow::Cow::into_owned);
        self.names.insert(call.leg, name.unwrap_or_default());
        self.offers.insert(call.leg, call.offer.clone().expect("an offer"));
        call.leg
    }

    /// Waits until this one is called; no other may be before.
    pub async fn called_as(&mut self, name: &str) -> LegHandle {
        let leg = self.called().await;
        assert_eq!(self.names[&leg], name, "somebody else is called");
        leg
    }

    /// Registers the phone of a member, and waits until that is done.
    pub async fn register(&mut self, port: u16, name: &str) {
        let uri = |text: String| Uri::parse(&text).expect("an address");
        let registration = sip_core::Registration {
            registrar: uri(format!("sip:127.0.0.1:{port}")),
            aor: uri(format!("sip:{name}@127.0.0.1:{port}")),
            contact_user: name.into(),
            credentials: Some(sip_core::Credentials::new(name, PASSWORD)),
            expires: Duration::from_mins(10),
            route: None,
        };
        // The desk may not have learned of the member yet: then it is tried again.
        loop {
            let registered = self.sip.register(registration.clone()).await.expect("a REGISTER");
            let state = self
                .next("the registration", |event| match event {
                    Event::RegistrationChanged { handle, state } if *handle == registered => Some(*state),
                    _ => None,
                })
                .await;
            if let sip_core::RegistrationState::Registered { .. } = state {
                return;
            }
            self.sip.unregister(registered).await.expect("its end");
        }
    }

    /// Presses a key, by SIP INFO.
    pub async fn press(&self, leg: LegHandle, key: char) {
        let body = Body { content_type: "application/dtmf".into(), data: key.to_string().into_bytes().into() };
        self.sip.info(leg, body).await.expect("an INFO");
    }

    pub async fn ring(&self, leg: LegHandle) {
        self.sip.ring(leg, sip_core::message::StatusCode::RINGING, None).await.expect("it rings");
    }

    /// Takes a call. `false`: it was taken back before.
    pub async fn take(&self, leg: LegHandle) -> bool {
        let offer = SessionDescription::parse(&self.offers[&leg].data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.accept(leg, Body::sdp(answer.to_string())).await.is_ok()
    }

    pub async fn refuse(&self, leg: LegHandle, status: u16) {
        let status = sip_core::message::StatusCode::new(status).expect("a status");
        self.sip.reject(leg, status, Vec::new()).await.expect("it refuses");
    }

    /// Holds the other side, or takes it back; waits until it agrees.
    pub async fn hold(&mut self, leg: LegHandle, on: bool) {
        let mut media = Self::media();
        media.direction = if on { Direction::SendOnly } else { Direction::SendRecv };
        media.session_version += u64::from(on) + 1;
        self.renegotiate(leg, &media).await;
    }

    /// Goes on with another codec.
    pub async fn change_codec(&mut self, leg: LegHandle, codec: Codec) {
        let mut media = Self::media();
        media.codecs = vec![codec];
        media.session_version += 1;
        self.renegotiate(leg, &media).await;
    }

    async fn renegotiate(&mut self, leg: LegHandle, media: &LocalMedia) {
        let offer = Body::sdp(sdp::offer(media).to_string());
        self.sip.reinvite(leg, offer).await.expect("a re-INVITE");
        self.next("agreement", |event| {
            matches!(event, Event::ReinviteAnswered { leg: of, .. } if *of == leg).then_some(())
        })
        .await;
    }

    pub fn hang_up(&self, leg: LegHandle) {
        self.sip.hangup_soon(leg);
    }

    pub async fn progress(&mut self, leg: LegHandle) -> u16 {
        self.next("progress", |event| match event {
            Event::Progress { leg: of, status, .. } if *of == leg => Some(status.code()),
            _ => None,
        })
        .await
    }

    pub async fn answered(&mut self, leg: LegHandle) {
        self.next("an answer", |event| matches!(event, Event::Answered { leg: of, .. } if *of == leg).then_some(()))
            .await;
    }

    /// Gives our answer to their offer.
    pub async fn answer_late(&mut self, leg: LegHandle) {
        let offer = self
            .next("an offer", |event| match event {
                Event::Answered { leg: of, body } if *of == leg => body.clone(),
                _ => None,
            })
            .await;
        let offer = SessionDescription::parse(&offer.data).expect("an offer");
        let (answer, _) = sdp::answer(&Self::media(), &offer).expect("an answer");
        self.sip.acknowledge(leg, Body::sdp(answer.to_string())).await.expect("an ACK");
    }

    pub async fn confirmed(&mut self, leg: LegHandle) {
        self.next("an ACK", |event| matches!(event, Event::Confirmed { leg: of, .. } if *of == leg).then_some(()))
            .await;
    }

    pub async fn ended(&mut self, leg: LegHandle) -> (EndedBy, EndReason, Option<u16>) {
        self.next("the end", |event| match event {
            Event::Ended { leg: of, by, status, reason } if *of == leg => {
                Some((*by, *reason, status.map(sip_core::message::StatusCode::code)))
            }
            _ => None,
        })
        .await
    }
}
