//! The books: contacts, calls with their legs, recordings, transcripts, voicemails, flows and agents in versions,
//! numbers, trunks, members, API keys, and the events that webhooks carry.
//!
//! | module | what is in it |
//! |---|---|
//! | [`Store`] | opening, closing, backing up; one `impl` block a table in `sql/` |
//! | `record/` | the rows as plain structs |
//! | `sql/` | every statement, one module a table: what another database engine would replace |
//! | `writer` | the one writer: many writes, one transaction (group commit), on a thread of its own |
//! | `hand` | statements that the writer carries out itself: what every call writes |
//! | `checkpoint` | brings what was committed from the log into the database file |
//! | `search` | what people type, as a query of the full text |
//! | `address`, `id`, `page` | numbers and addresses, new ids, cursors |
//!
//! # Promises
//!
//! A write's future resolves when its transaction is committed. With [`Synchronous::Normal`] (the default) nothing
//! that was committed is lost by `kill -9` at any moment; a power cut may take the last moments with it.
//! [`Synchronous::Full`] waits for the disk at each group and survives a power cut too.
//!
//! # Events and webhooks: a transactional outbox
//!
//! An event is written in the same transaction as what it tells of, together with one delivery row for each webhook
//! that wants it; so neither can exist without the other, and retries survive restarts under the same id. A job queue
//! (apalis was considered) keeps jobs in tables of its own behind a connection of its own: its push cannot share our
//! transaction, and a crash between the two would lose or invent an event. So the outbox is ours: two tables.
//!
//! # Numbers and names
//!
//! Records that hold what is private (numbers, names, texts, secrets) print only ids and states with `{:?}`.

mod address;
mod checkpoint;
mod config;
mod error;
mod hand;
mod id;
mod integrity;
mod page;
mod record;
mod scrub;
mod search;
mod sql;
mod stats;
mod store;
mod writer;

pub use address::{Address, national};
pub use config::{StoreConfig, Synchronous};
pub use error::{BackupError, OpenError, StoreError};
pub use id::{NewId, fresh_id};
pub use integrity::{Examination, examine};
pub use page::{Cursor, CursorError, Page, PageRequest};
pub use record::{
    ActorKind, AuditEntry, AuditFilter, AuditRecord, AuditResult, NewSession, NewUser, Role, SessionRecord, UserChange,
    UserRecord,
};
pub use record::{
    AddedContacts, AskedStory, AttemptEnd, AttemptOutcome, AttemptSums, CallWalk, CampaignAttempt,
    CampaignContactFilter, CampaignContactRecord, CampaignContactState, CampaignCount, CampaignKey, CampaignNode,
    CampaignReach, CampaignRecord, CampaignRound, CampaignState, CampaignStep, CampaignVersion, EndedContact,
    Judgement, LEFT_OUT, NewAttempt, NewCampaign, NewCampaignContact, NewRound, RoundBegin, RoundCount, TakeAsked,
    WalkedNode,
};
pub use record::{
    AgentRecord, AnswerCall, ApiKeyRecord, AppointmentFilter, AppointmentRecord, AppointmentState, AttemptRecord,
    BanRecord, BegunCall, BindingRecord, Busy, CallFilter, CallRecord, CallState, ConsentAnswer, ConsentFilter,
    ConsentRecord, ConsentState, ContactChange, ContactFilter, ContactRecord, DeliveryOutcome, DeliveryRecord,
    DeliveryState, DoNotCallList, DueDelivery, EndCall, ErasureRecord, ErasureWork, ErrandKind, ErrandOutcome,
    ErrandRecord, ErrandState, EventFilter, EventRecord, FlowRecord, FollowUpFilter, FollowUpKind, FollowUpRecord,
    FollowUpState, GapRecord, GapState, Idempotency, Imported, ImportedContact, InsightsRecord, Interrupted, JobRecord,
    JobState, LegQuality, LegRecord, LegRole, LineRecord, MemberCredentials, MemberRecord, MergeRecord, MergeUndo,
    Mood, MoveAppointment, NewAppointment, NewCall, NewConsent, NewEvent, NewFollowUp, NewGap, NewInsights, NewMember,
    NewNumber, NewRecording, NewSource, NewSuppression, NewTicket, NewTrunk, NewVoicemail, NewWebhook, NodeCount,
    NodeCounters, NoteRecord, NumberRecord, OnceState, OtherNumber, PassageRecord, PasswordHashes, PinDigest, PinTry,
    PutThroughCount, RecordingEnd, RecordingRecord, RecordingRule, RecordingState, SegmentRecord, SnippetPart,
    SourceKind, SourceRecord, SourceState, SpendingRecord, Standing, SuppressionRecord, TicketChange, TicketFilter,
    TicketPriority, TicketRecord, TicketState, TimeSpan, TimelineEntry, Transcript, TranscriptHit, TranscriptState,
    TrunkRecord, TrunkSpendingRecord, UpdateRule, VoicemailFilter, VoicemailRecord, WebhookRecord, event_type,
};
pub use record::{
    CallListing, CallNoteRecord, CorrectionRecord, RehearsalRecord, ReportBy, ReportCounts, ReportRow, SettingRecord,
    TagCount,
};
pub use scrub::{Scrub, Scrubber, Silence};
pub use sql::{DoomedCall, DoomedCalls, LoadingList, TermCounts, UNATTENDED};
pub use stats::StoreStats;
pub use store::Store;
