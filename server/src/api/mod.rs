//! The REST surface: every path, what it takes and what it gives.
//!
//! | module | what is in it |
//! |---|---|
//! | `state` | what the surface is made of, and the trait [`LiveCalls`] that it asks for running calls |
//! | `gate` | who may ask, how often, and for how long; the rights themselves are in `crate::access` |
//! | `problem` | every error as a problem document (RFC 9457) |
//! | `extract`, `page`, `wire` | reading requests, lists, and the forms that records have on the wire |
//! | `transcripts`, `live` | what was said: as JSON, WebVTT or text, by search, and while it is said |
//! | `sound` | recordings and voicemails, whole or in ranges |
//! | `calls`, `contacts`, ... | one module a kind of thing |
//! | `docs`, `health` | the OpenAPI document with its page; liveness, readiness, metrics |

mod agents;
mod appointments;
mod audit;
mod away;
mod bans;
mod calendar;
mod call_list;
mod calls;
mod campaigns;
mod captures;
mod consents;
mod contact_sheets;
mod contacts;
pub(crate) mod costs;
mod docs;
mod doctor;
mod events;
mod extract;
mod flow_tries;
mod flows;
mod follow_ups;
mod gate;
mod health;
mod insights;
mod keys;
mod knowledge;
mod live;
mod live_rights;
mod machine;
mod members;
mod numbers;
mod openid;
mod page;
mod persons;
mod phone;
mod presence;
mod problem;
mod queues;
mod rehearsals;
mod reports;
mod review;
mod scripts;
mod session;
mod settings;
mod signalling;
mod sound;
mod state;
mod supervision;
mod suppressions;
mod tickets;
mod transcripts;
mod trunks;
mod users;
mod voicemails;
mod waveform;
mod webhooks;
pub(crate) mod wire;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use campaigns::{CampaignDesk, DryForecast, Held, Spoken};
pub(crate) use campaigns::{Segment, SegmentError};
pub use gate::{Keys, hash_key, new_key};
pub(crate) use members::hashes as password_hashes;
pub(crate) use numbers::checked as check_number;
pub use phone::{Ends, IceServer, LentPhone, PhoneError};
pub use problem::Problem;
pub use state::{
    ApiConfig, ApiState, BooksChange, CaptureError, Captured, Check, ControlError, LiveCalls, MachinePolicy, OnMachine,
    PlaceCall, PlaceCallError, Registration, Speech, TrunkState,
};
pub use trunks::TrunkSettings;
pub(crate) use trunks::checked as check_trunk;
pub(crate) use webhooks::check as check_webhook;

/// The router of everything that is asked for by HTTP.
pub fn router(state: ApiState) -> Router {
    let (open, open_docs) = open_routes().split_for_parts();
    let (kept, mut document) = kept_routes(state.config().documents.bytes).split_for_parts();
    docs::complete(&mut document, open_docs);
    let max_body = state.config().max_body;
    // Behind the check of keys, the same requests once more as tools.
    let permit = || from_fn_with_state(state.clone(), gate::permit);
    let rest = kept.clone().route_layer(permit()).layer(DefaultBodyLimit::max(max_body)).with_state(state.clone());
    let kept = kept.route_service("/mcp", crate::mcp::service(rest, max_body));
    let kept = kept.route_layer(permit()).route_layer(from_fn_with_state(state.clone(), gate::authorize));
    let open = open.route_layer(from_fn_with_state(state.clone(), gate::authorize_metrics));
    Router::new()
        .merge(open)
        .merge(kept)
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(max_body))
        .layer(from_fn_with_state(state.clone(), gate::limit_time))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(from_fn(health::measure))
        .with_state(state.with_document(&document))
}

/// The OpenAPI document, as `/openapi.json` gives it.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, open) = open_routes().split_for_parts();
    let (_, mut document) = kept_routes(0).split_for_parts();
    docs::complete(&mut document, open);
    document
}

/// Paths that need no key.
fn open_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(calendar::feed_of_person))
}

/// Paths that need a key.
/// A document may be longer than other bodies.
fn kept_routes(max_document: usize) -> OpenApiRouter<ApiState> {
    let documents = OpenApiRouter::new().routes(routes!(knowledge::get, knowledge::put, knowledge::delete));
    OpenApiRouter::with_openapi(docs::Head::openapi())
        .merge(documents.layer(DefaultBodyLimit::max(max_document)))
        .routes(routes!(call_list::list, calls::place))
        .routes(routes!(calls::get, calls::hang_up))
        .routes(routes!(calls::events))
        .routes(routes!(signalling::get))
        .routes(routes!(captures::begin, captures::get, captures::end))
        .routes(routes!(calls::recording, calls::switch_recording))
        .routes(routes!(bans::list, bans::lift))
        .routes(routes!(queues::list))
        .routes(routes!(doctor::examine))
        .routes(routes!(transcripts::of_call))
        .routes(routes!(insights::get))
        .routes(routes!(insights::again))
        .routes(routes!(transcripts::search))
        .routes(routes!(live::one))
        .routes(routes!(live::all))
        .merge(people_routes())
        .routes(routes!(contacts::list, persons::add))
        .routes(routes!(contacts::get, contacts::change, persons::delete))
        .routes(routes!(contacts::timeline))
        .routes(routes!(contacts::set_pin, contacts::remove_pin))
        .routes(routes!(voicemails::list))
        .routes(routes!(voicemails::get, voicemails::change, voicemails::delete))
        .routes(routes!(voicemails::audio))
        .routes(routes!(calendar::info))
        .routes(routes!(calendar::renew))
        .routes(routes!(calendar::slots))
        .routes(routes!(appointments::list, appointments::book))
        .routes(routes!(appointments::get, appointments::reschedule, appointments::cancel))
        .routes(routes!(appointments::one_ics))
        .routes(routes!(tickets::list, tickets::add))
        .routes(routes!(tickets::get, tickets::change))
        .routes(routes!(follow_ups::list))
        .routes(routes!(follow_ups::get, follow_ups::change))
        .routes(routes!(flows::list))
        .routes(routes!(flows::get, flows::put, flows::delete))
        .routes(routes!(flows::versions))
        .routes(routes!(flows::nodes))
        .routes(routes!(flow_tries::run))
        .routes(routes!(agents::list))
        .routes(routes!(agents::get, agents::put, agents::delete))
        .routes(routes!(agents::versions))
        .routes(routes!(rehearsals::scripts))
        .routes(routes!(rehearsals::put_script, rehearsals::delete_script))
        .routes(routes!(rehearsals::list, rehearsals::begin))
        .routes(routes!(rehearsals::get, rehearsals::stop))
        .routes(routes!(knowledge::list))
        .routes(routes!(knowledge::passages))
        .routes(routes!(knowledge::gaps))
        .routes(routes!(knowledge::close_gap))
        .routes(routes!(numbers::list, numbers::add))
        .routes(routes!(numbers::get, numbers::change, numbers::delete))
        .routes(routes!(trunks::list, trunks::add))
        .routes(routes!(trunks::get, trunks::change, trunks::delete))
        .routes(routes!(members::list, members::add))
        .routes(routes!(members::get, members::change, members::delete))
        .routes(routes!(presence::list, away::set))
        .routes(routes!(supervision::begin, supervision::change, supervision::end))
        .routes(routes!(phone::register, phone::unregister))
        .routes(routes!(phone::sip))
        .routes(routes!(scripts::get))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::get, webhooks::change, webhooks::delete))
        .routes(routes!(webhooks::deliveries, webhooks::resend))
        .routes(routes!(webhooks::resend_again))
        .merge(access_routes())
        .routes(routes!(keys::list, keys::add))
        .routes(routes!(keys::revoke))
        .routes(routes!(events::list))
        .routes(routes!(events::get))
        .routes(routes!(costs::get))
        .merge(review_routes())
        .merge(campaign_routes())
}

/// Signing in, users, and who did what.
fn access_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(session::options))
        .routes(routes!(session::begin, session::get, session::end))
        .routes(routes!(session::link))
        .routes(routes!(openid::begin))
        .routes(routes!(openid::finish))
        .routes(routes!(openid::give_code))
        .routes(routes!(session::change_user))
        .routes(routes!(session::password))
        .routes(routes!(session::propose_factor, session::confirm_factor, session::remove_factor))
        .routes(routes!(session::list))
        .routes(routes!(session::end_one))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::get, users::change, users::delete))
        .routes(routes!(users::link))
        .routes(routes!(audit::list))
}

/// Contacts, and what they said yes and no to.
fn people_routes() -> OpenApiRouter<ApiState> {
    // A list is read as it comes, however long it is.
    let lists = OpenApiRouter::new().routes(routes!(suppressions::put_list, suppressions::delete_list));
    let imports = OpenApiRouter::new().routes(routes!(contact_sheets::import));
    OpenApiRouter::new()
        .merge(lists.layer(DefaultBodyLimit::disable()))
        .merge(imports.layer(DefaultBodyLimit::max(contact_sheets::MAX_FILE)))
        .routes(routes!(contact_sheets::export))
        .routes(routes!(contact_sheets::segments))
        .routes(routes!(contact_sheets::segment, contact_sheets::put_segment, contact_sheets::delete_segment))
        .routes(routes!(contact_sheets::segment_contacts))
        .routes(routes!(persons::duplicate_contacts))
        .routes(routes!(persons::notes, persons::add_note))
        .routes(routes!(persons::delete_note))
        .routes(routes!(persons::merge))
        .routes(routes!(persons::merges))
        .routes(routes!(persons::undo_merge))
        .routes(routes!(persons::get_archive))
        .routes(routes!(persons::erase, persons::erasures))
        .routes(routes!(persons::erasure))
        .routes(routes!(consents::list, consents::add))
        .routes(routes!(consents::opt_in))
        .routes(routes!(consents::get))
        .routes(routes!(consents::withdraw))
        .routes(routes!(consents::answer))
        .routes(routes!(suppressions::list, suppressions::add, suppressions::lift))
        .routes(routes!(suppressions::lists))
        .routes(routes!(suppressions::standing))
}

/// What people make of calls, and what is counted of them.
fn review_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(review::tags))
        .routes(routes!(review::call_tags, review::put_call_tags))
        .routes(routes!(review::notes, review::add_note))
        .routes(routes!(review::change_note, review::delete_note))
        .routes(routes!(review::corrections))
        .routes(routes!(review::correct, review::uncorrect))
        .routes(routes!(waveform::get))
        .routes(routes!(reports::get))
        .routes(routes!(settings::get))
        .routes(routes!(settings::put, settings::delete))
}

/// Campaigns.
fn campaign_routes() -> OpenApiRouter<ApiState> {
    let tables = OpenApiRouter::new().routes(routes!(campaigns::contacts, campaigns::add_contacts));
    let forms = OpenApiRouter::new().routes(routes!(campaigns::list, campaigns::add));
    OpenApiRouter::new()
        .merge(tables.layer(DefaultBodyLimit::max(campaigns::MAX_TABLE)))
        .merge(forms.layer(DefaultBodyLimit::max(campaigns::MAX_FORM)))
        .routes(routes!(campaigns::get, campaigns::put, campaigns::delete))
        .routes(routes!(campaigns::trigger))
        .routes(routes!(campaigns::preview))
        .routes(routes!(campaigns::next_preview))
        .routes(routes!(campaigns::accept_preview))
        .routes(routes!(campaigns::skip_preview))
        .routes(routes!(campaigns::rounds))
        .routes(routes!(campaigns::test))
        .routes(routes!(campaigns::dry_run))
        .routes(routes!(campaigns::start))
        .routes(routes!(campaigns::pause))
        .routes(routes!(campaigns::resume))
        .routes(routes!(campaigns::stop))
        .routes(routes!(campaigns::set_pace))
        .routes(routes!(campaigns::progress))
        .routes(routes!(campaigns::results))
}

/// Wall clock, ms since the Unix epoch.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
