//! The business that is called: a switchboard, its books, its apps and its members.

use std::sync::Arc;
use std::time::Duration;

use call_model::{CallEvent, CallId, NumberId};
use calls::app::AppRef;
use calls::directory::{Directory, Member, NumberRoute};
use calls::{CallSettings, Parts, Placement, Switchboard};
use recordings::{Folder, Recorder, RecorderSettings};
use speech::Transcriber;
use store::{CallRecord, PageRequest, Store, StoreConfig};
use tokio::sync::mpsc;
use transport::rtp::{RtpConfig, RtpEngine};

use super::apps::{CONSENT, Script, Scripts, UNMADE};
use super::ears_and_voice::{ScriptedEars, Session, Tones};
use super::outside::{NoHttp, Question, ScriptedThinker, ScriptedTools, Use};
use super::{PASSWORD, PATIENCE, REALM, line, soon};

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
        // Tests run at any hour.
        let settings = CallSettings { outreach: calls::outreach::Outreach::at_any_time(), ..settings };
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
            prover: Arc::new(calls::NoProver),
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
            withheld: false,
            trunk: None,
            language: None,
            variables: serde_json::Map::new(),
            ring_timeout: None,
            webhook: None,
            machine: None,
            purpose: permission::Purpose::default(),
            rules: None,
            whereabouts: calls::outreach::Whereabouts::default(),
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
        fax: calls::FaxRule::Ignore,
        trunk: None,
    }
}

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
