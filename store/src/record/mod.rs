//! The rows of the books, as plain structs.

mod abuse;
mod access;
mod agent;
mod binding;
mod calendar;
mod call;
mod campaign;
mod campaign_round;
mod campaign_segment;
mod campaign_walk;
mod contact;
mod cost;
mod event;
mod flow;
mod follow_up;
mod insight;
mod job;
mod keys;
mod knowledge;
mod number;
mod once;
mod people;
mod person;
mod pin;
mod review;
mod sound;
mod standing;
mod ticket;
mod transcript;
mod webhook;

pub use abuse::{BanRecord, TrunkSpendingRecord};
pub use access::{
    ActorKind, AuditEntry, AuditFilter, AuditRecord, AuditResult, NewSession, NewUser, Role, SessionRecord, UserChange,
    UserRecord,
};
pub use agent::{AgentRecord, RehearsalRecord};
pub use binding::BindingRecord;
pub use calendar::{
    AppointmentFilter, AppointmentRecord, AppointmentState, Busy, MoveAppointment, NewAppointment, TimeSpan,
};
pub use call::{
    AnswerCall, BegunCall, CallFilter, CallRecord, CallState, EndCall, Idempotency, Interrupted, LegQuality, LegRecord,
    LegRole, NewCall,
};
pub use campaign::{
    AddedContacts, AttemptEnd, AttemptOutcome, AttemptSums, CampaignAttempt, CampaignContactFilter,
    CampaignContactRecord, CampaignContactState, CampaignCount, CampaignReach, CampaignRecord, CampaignState,
    CampaignStep, CampaignVersion, EndedContact, Judgement, NewAttempt, NewCampaign, NewCampaignContact,
};
pub use campaign_round::{CampaignRound, NewRound, RoundBegin, RoundCount};
pub use campaign_segment::{AskedStory, LEFT_OUT, TakeAsked};
pub(crate) use campaign_walk::Walked;
pub use campaign_walk::{CallWalk, CampaignKey, CampaignNode, WalkedNode};
pub use contact::{ContactChange, ContactFilter, ContactRecord, OtherNumber, TimelineEntry};
pub use cost::SpendingRecord;
pub use event::{EventFilter, EventRecord, NewEvent, event_type};
pub use flow::{FlowRecord, NodeCount, NodeCounters};
pub use follow_up::{FollowUpFilter, FollowUpKind, FollowUpRecord, FollowUpState, NewFollowUp};
pub use insight::{InsightsRecord, Mood, NewInsights};
pub use job::{JobRecord, JobState};
pub use keys::ApiKeyRecord;
pub use knowledge::{GapRecord, GapState, NewGap, NewSource, PassageRecord, SourceKind, SourceRecord, SourceState};
pub use number::{NewNumber, NewTrunk, NumberRecord, RecordingRule, TrunkRecord};
pub use once::{ErrandKind, ErrandOutcome, ErrandRecord, ErrandState, OnceState};
pub use people::{MemberCredentials, MemberRecord, NewMember, PasswordHashes, PutThroughCount};
pub use person::{
    ErasureRecord, ErasureWork, Imported, ImportedContact, MergeRecord, MergeUndo, NoteRecord, SegmentRecord,
    UpdateRule,
};
pub use pin::{PinDigest, PinTry};
pub use review::{
    CallListing, CallNoteRecord, CorrectionRecord, ReportBy, ReportCounts, ReportRow, SettingRecord, TagCount,
};
pub use sound::{
    NewRecording, NewVoicemail, RecordingEnd, RecordingRecord, RecordingState, VoicemailFilter, VoicemailRecord,
};
pub use standing::{
    AttemptRecord, ConsentAnswer, ConsentFilter, ConsentRecord, ConsentState, DoNotCallList, NewConsent,
    NewSuppression, Standing, SuppressionRecord,
};
pub use ticket::{NewTicket, TicketChange, TicketFilter, TicketPriority, TicketRecord, TicketState};
pub use transcript::{LineRecord, SnippetPart, Transcript, TranscriptHit, TranscriptState};
pub use webhook::{DeliveryOutcome, DeliveryRecord, DeliveryState, DueDelivery, NewWebhook, WebhookRecord};

/// Prints a record with only the named fields: the others may be private.
macro_rules! masked_debug {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}

/// An enum that is kept as one lower-case word.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word that it is written as.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

pub(crate) use {masked_debug, word_enum};
