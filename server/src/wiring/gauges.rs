//! What is measured when somebody asks for `/metrics`: table sizes, loads, and what other rooms count by themselves. All
//! names are there from the start, so that a dashboard or an alert rule never speaks of what does not exist.

use std::path::Path;
use std::sync::Mutex;

use calls::{RegistrationWord, Switchboard};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use transport::rtp::LATENESS_BOUNDS_US;

/// Upper ends of classes of time, seconds: of what is felt within a call.
const SHORT: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// Of whole calls.
const TALK: [f64; 9] = [5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0];
/// Of shares of packets.
const LOSS: [f64; 8] = [0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
/// Of estimated opinions (MOS, 1 to 4.5).
const MOS: [f64; 7] = [2.0, 2.6, 3.1, 3.6, 4.0, 4.2, 4.4];
/// Of jitter.
const JITTER: [f64; 8] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16];

/// Makes the recorder of the program's metrics, with histograms in classes that can be added up over machines.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&SHORT)?
        .set_buckets_for_metric(Matcher::Full("callwright_call_talk_seconds".into()), &TALK)?
        .set_buckets_for_metric(Matcher::Full("callwright_rtp_loss_ratio".into()), &LOSS)?
        .set_buckets_for_metric(Matcher::Full("callwright_rtp_mos".into()), &MOS)?
        .set_buckets_for_metric(Matcher::Full("callwright_rtp_jitter_seconds".into()), &JITTER)?;
    let handle = builder.install_recorder()?;
    describe();
    Ok(handle)
}

fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(*name, *text);
        counter!(*name).increment(0);
    }
    for (name, text) in LABELLED {
        describe_counter!(*name, *text);
    }
    for (name, unit, text) in HISTOGRAMS {
        describe_histogram!(*name, *unit, *text);
    }
    for (name, text) in GAUGES {
        describe_gauge!(*name, *text);
    }
    gauge!("callwright_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let started = jiff::Timestamp::now().as_millisecond() as f64 / 1_000.0;
    gauge!("callwright_start_time_seconds").set(started);
    for direction in ["inbound", "outbound"] {
        let zero = counter!("callwright_calls_total", "direction" => direction, "outcome" => "normal", "trunk" => "");
        zero.increment(0);
    }
    for direction in ["back", "forward"] {
        counter!("callwright_clock_steps_total", "direction" => direction).increment(0);
    }
    for outcome in ["done", "retry", "given_up"] {
        counter!("callwright_after_call_total", "outcome" => outcome).increment(0);
    }
    for outcome in ["delivered", "retry", "given_up", "gone"] {
        counter!("callwright_webhooks_tries_total", "outcome" => outcome).increment(0);
    }
    for why in ["queue_full", "feed_missed", "not_delivered"] {
        counter!("callwright_trace_spans_dropped_total", "why" => why).increment(0);
    }
    for what in ["received", "lost", "late", "duplicate"] {
        counter!("callwright_rtp_leg_packets_total", "what" => what).increment(0);
    }
}

/// Counters without labels.
const COUNTERS: &[(&str, &str)] = &[
    ("callwright_retention_rounds_skipped_total", "Rounds in which nothing old was removed: the clock had leapt"),
    ("callwright_calls_refused_total", "Calls that got 503 because limits.max_calls was reached"),
    ("callwright_call_panics_total", "Tasks of calls that panicked: a fault of ours"),
    ("callwright_app_panics_total", "Apps that panicked or never waited: the caller heard an apology"),
    ("callwright_call_inbox_full_total", "Signalling that a call's task was too slow for"),
    ("callwright_media_commands_lost_total", "Orders that a media thread was too slow for"),
    ("callwright_prompt_failures_total", "Prompts that could not be played"),
    ("callwright_voice_failures_total", "Sentences that the voice could not speak"),
    ("callwright_hearing_failures_total", "Sessions of the recogniser that broke off"),
    ("callwright_ear_sessions_given_up_total", "Recognisers that were given up in a call"),
    ("callwright_ear_blocks_dropped_total", "Blocks of 20 ms that the recogniser was too slow for"),
    ("callwright_thoughts_broken_off_total", "Answers of brains that broke off or came too late"),
    ("callwright_tools_refused_total", "Tools that were refused because too many ran"),
    ("callwright_turns_interrupted_total", "Turns that the caller interrupted"),
    ("callwright_transcript_entries_lost_total", "Lines that the books were too slow for"),
    ("callwright_late_lines_given_up_total", "Transcripts that were closed before their last line"),
    ("callwright_live_events_missed_total", "Events that watchers of the live feed were too slow for"),
    ("callwright_recordings_failed_total", "Recordings that could not be written"),
    ("callwright_rtp_silent_legs_total", "Legs from which not one packet came"),
    ("callwright_trace_spans_sent_total", "Spans that the collector took"),
    ("callwright_hep_sent_total", "SIP messages sent to Homer"),
    ("callwright_hep_dropped_total", "SIP messages that could not be sent to Homer"),
    ("callwright_calendar_reads_failed_total", "Calendars elsewhere that could not be read"),
];

/// Counters with labels.
const LABELLED: &[(&str, &str)] = &[
    ("callwright_calls_total", "Calls that are over, by direction, outcome and trunk"),
    ("callwright_opt_outs_total", "People who said that they do not want to be called, by method"),
    ("callwright_attempts_refused_total", "Members' phones that refused a call, by kind"),
    ("callwright_sip_requests_total", "SIP requests, by direction and method"),
    ("callwright_sip_responses_total", "SIP responses, by direction, method and class"),
    ("callwright_sip_transport_total", "What the SIP sockets count, by what"),
    ("callwright_sip_protocol_total", "What the SIP endpoint counts, by what"),
    ("callwright_rtp_threads_total", "What the media threads count, by what"),
    ("callwright_rtp_lateness_total", "Visits of the 20 ms tick, by how late they were at most (seconds)"),
    ("callwright_rtp_leg_packets_total", "RTP packets of ended legs, by what became of them"),
    ("callwright_tool_uses_total", "Uses of tools, by tool and outcome"),
    ("callwright_webhooks_tries_total", "Tries of webhooks, by outcome"),
    ("callwright_after_call_total", "Work after calls, by outcome"),
    ("callwright_errands_total", "Errands such as mail, by kind and outcome"),
    ("callwright_trace_spans_dropped_total", "Spans that were lost, by why"),
    ("callwright_clock_steps_total", "Times that the clock of this machine was set while we ran, by direction"),
    ("callwright_store_writes_total", "Writes that are in the books"),
    ("callwright_store_writes_failed_total", "Writes that the books refused"),
    ("callwright_store_retries_total", "Transactions that were tried again because of a lock or a full disk"),
    ("callwright_store_groups_total", "Transactions of the books"),
    ("callwright_store_busy_microseconds_total", "Time that transactions of the books took together"),
    ("callwright_http_requests_total", "Requests to the API, by method, path and status"),
    ("callwright_brain_cost_millionths_total", "What brains cost, in millionths of the currency, by agent"),
    ("callwright_queue_refused_total", "Callers who found a queue full"),
    ("callwright_queue_over_total", "Callers who left a queue, by how"),
    ("callwright_queue_served_soon_total", "Callers of a queue who were put through within its service level"),
    ("callwright_mcp_connections_lost_total", "MCP servers that were lost, by server"),
];

/// Histograms.
const HISTOGRAMS: &[(&str, Unit, &str)] = &[
    ("callwright_call_setup_seconds", Unit::Seconds, "From the INVITE to the answer"),
    ("callwright_call_talk_seconds", Unit::Seconds, "From the answer to the end"),
    ("callwright_rtp_loss_ratio", Unit::Count, "Share of packets lost, of each leg"),
    ("callwright_rtp_jitter_seconds", Unit::Seconds, "Jitter of each leg (RFC 3550)"),
    ("callwright_rtp_round_trip_seconds", Unit::Seconds, "Round trip of each leg, by RTCP"),
    ("callwright_rtp_mos", Unit::Count, "Estimated opinion of each leg (E-model, 1 to 4.5)"),
    ("callwright_turn_seconds", Unit::Seconds, "Stages of an agent's turn"),
    ("callwright_brain_seconds", Unit::Seconds, "From asking a brain to the end of its answer"),
    ("callwright_voice_first_sound_seconds", Unit::Seconds, "From asking the voice to its first sound"),
    ("callwright_tool_seconds", Unit::Seconds, "Uses of tools"),
    ("callwright_webhook_seconds", Unit::Seconds, "Tries of webhooks"),
    ("callwright_http_request_seconds", Unit::Seconds, "Requests to the API"),
];

/// Gauges.
const GAUGES: &[(&str, &str)] = &[
    ("callwright_calls_live", "Calls that run now"),
    ("callwright_calls_limit", "Calls that may run at a time"),
    ("callwright_draining", "1 while the program takes no new calls because it ends"),
    ("callwright_sip_table", "Entries of the SIP endpoint's tables"),
    ("callwright_sip_connections", "SIP connections that are open"),
    ("callwright_sip_events_waiting", "SIP events that wait for the switchboard"),
    ("callwright_sip_bans", "Sources that are banned now"),
    ("callwright_certificate_days", "Days until a certificate of SIP over TLS expires; 0: it has, or cannot be read"),
    ("callwright_rtp_calls", "Calls with sound now"),
    ("callwright_rtp_ports_in_use", "Pairs of RTP ports in use"),
    ("callwright_rtp_busiest_thread_ratio", "How busy the busiest media thread is"),
    ("callwright_trunk_registered", "1: the carrier has taken our registration; only of trunks that register"),
    ("callwright_trunk_reachable", "1: the carrier answers OPTIONS"),
    ("callwright_trunk_round_trip_seconds", "Round trip of the last OPTIONS"),
    ("callwright_trunk_calls", "Calls that the trunk carries"),
    ("callwright_store_writes_waiting", "Writes that wait for the books"),
    ("callwright_store_longest_write_seconds", "The longest time that a transaction of the books took"),
    ("callwright_queue_service_level_seconds", "Within how long callers of a queue are to be put through"),
    ("callwright_disk_free_bytes", "Space that is left for the data folder"),
    ("callwright_disk_size_bytes", "Size of the disk of the data folder"),
    ("callwright_file_descriptors", "File descriptors in use"),
    ("callwright_file_descriptors_limit", "File descriptors that may be in use"),
    ("callwright_resident_memory_bytes", "Memory of the program itself"),
    ("callwright_signalling_kept_legs", "Legs whose SIP messages are kept"),
    ("callwright_signalling_kept_bytes", "Bytes of SIP messages that are kept"),
];

/// Measures everything that is not counted as it happens.
pub(super) async fn measure(switchboard: &Switchboard, data: &Path, max_calls: usize) {
    gauge!("callwright_calls_live").set(switchboard.live() as f64);
    gauge!("callwright_calls_limit").set(max_calls as f64);
    gauge!("callwright_sip_bans").set(switchboard.sip().bans().len() as f64);
    gauge!("callwright_draining").set(f64::from(u8::from(switchboard.is_draining())));
    if let Some(status) = switchboard.signalling().await {
        signalling(&status);
    }
    sound(&switchboard.sound());
    trunks(switchboard);
    disk(data);
    process();
}

fn signalling(status: &transport::sip::SipStatus) {
    let transport = &status.transport;
    for (what, count) in [
        ("received", transport.received),
        ("sent", transport.sent),
        ("keep_alives", transport.keep_alives),
        ("malformed", transport.malformed),
        ("limited", transport.limited),
        ("silenced", transport.silenced),
        ("strangers", transport.strangers),
        ("throttled", transport.throttled),
        ("dropped", transport.dropped),
        ("refused_calls", transport.refused_calls),
        ("accepted", transport.accepted),
        ("refused_connections", transport.refused_connections),
        ("connected", transport.connected),
        ("connect_failed", transport.connect_failed),
        ("expelled", transport.expelled),
        ("dead_flows", transport.dead_flows),
        ("handshakes", transport.handshakes),
        ("failed_handshakes", transport.failed_handshakes),
        ("refused_handshakes", transport.refused_handshakes),
        ("lookups", transport.lookups),
        ("failed_lookups", transport.failed_lookups),
        ("suspended", transport.suspended),
    ] {
        counter!("callwright_sip_transport_total", "what" => what).absolute(count);
    }
    let endpoint = &status.endpoint;
    for (what, count) in [
        ("retransmitted", endpoint.retransmitted),
        ("malformed", endpoint.malformed),
        ("stray_responses", endpoint.stray_responses),
        ("stray_acks", endpoint.stray_acks),
        ("overloaded", endpoint.overloaded),
        ("wrong_credentials", endpoint.wrong_credentials),
        ("replays", endpoint.replays),
    ] {
        counter!("callwright_sip_protocol_total", "what" => what).absolute(count);
    }
    let tables = &status.tables;
    for (table, size) in [
        ("legs", tables.legs),
        ("dialogs", tables.dialogs),
        ("client_transactions", tables.client_transactions),
        ("server_transactions", tables.server_transactions),
        ("timers", tables.timers),
        ("resolves", tables.resolves),
        ("pings", tables.pings),
        ("nonces", tables.nonces),
        ("bindings", tables.bindings),
        ("registrations", tables.registrations),
    ] {
        gauge!("callwright_sip_table", "table" => table).set(size as f64);
    }
    gauge!("callwright_sip_connections").set(transport.connections as f64);
    gauge!("callwright_sip_events_waiting").set(status.waiting_events as f64);
}

fn sound(rtp: &transport::rtp::RtpCounters) {
    for (what, count) in [
        ("received", rtp.received),
        ("sent", rtp.sent),
        ("send_errors", rtp.send_errors),
        ("receive_errors", rtp.receive_errors),
        ("oversized", rtp.oversized),
        ("ticks", rtp.ticks),
        ("made_up", rtp.made_up),
        ("skipped", rtp.skipped),
        ("dropped_tap_samples", rtp.dropped_tap_samples),
        ("dropped_ear_blocks", rtp.dropped_ear_blocks),
        ("dropped_events", rtp.dropped_events),
        ("dropped_handshakes", rtp.dropped_handshakes),
        ("panics", rtp.panics),
    ] {
        counter!("callwright_rtp_threads_total", "what" => what).absolute(count);
    }
    for (class, count) in rtp.lateness.iter().enumerate() {
        let bound =
            LATENESS_BOUNDS_US.get(class).map_or_else(|| "+Inf".to_owned(), |us| (*us as f64 / 1e6).to_string());
        counter!("callwright_rtp_lateness_total", "up_to" => bound).absolute(*count);
    }
    gauge!("callwright_rtp_calls").set(rtp.calls as f64);
    gauge!("callwright_rtp_ports_in_use").set(rtp.ports_in_use as f64);
    gauge!("callwright_rtp_busiest_thread_ratio").set(rtp.busiest_permille as f64 / 1_000.0);
}

/// Trunks that were shown: one that is gone says so instead of standing still.
static SHOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn trunks(switchboard: &Switchboard) {
    let states = switchboard.trunk_states();
    let mut shown = SHOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for gone in shown.iter().filter(|name| states.iter().all(|state| state.name != **name)) {
        for name in ["callwright_trunk_registered", "callwright_trunk_reachable", "callwright_trunk_round_trip_seconds"]
        {
            gauge!(name, "trunk" => gone.clone()).set(f64::NAN);
        }
        gauge!("callwright_trunk_calls", "trunk" => gone.clone()).set(0.0);
    }
    for state in &states {
        let trunk = state.name.clone();
        if state.registration != RegistrationWord::NotWanted {
            let registered = f64::from(u8::from(state.registration == RegistrationWord::Registered));
            gauge!("callwright_trunk_registered", "trunk" => trunk.clone()).set(registered);
        }
        if let Some(reachable) = state.reachable {
            gauge!("callwright_trunk_reachable", "trunk" => trunk.clone()).set(f64::from(u8::from(reachable)));
        }
        if let Some(ms) = state.round_trip_ms {
            gauge!("callwright_trunk_round_trip_seconds", "trunk" => trunk.clone()).set(ms / 1_000.0);
        }
        gauge!("callwright_trunk_calls", "trunk" => trunk).set(switchboard.trunk_calls(&state.name) as f64);
    }
    *shown = states.into_iter().map(|state| state.name).collect();
}

fn disk(data: &Path) {
    if let Some((free, size)) = space(data) {
        gauge!("callwright_disk_free_bytes").set(free as f64);
        gauge!("callwright_disk_size_bytes").set(size as f64);
    }
}

/// Bytes that are left to us on the disk of a folder, and its size.
pub fn space(folder: &Path) -> Option<(u64, u64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some((disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize)))
}

/// File descriptors in use, and how many may be.
pub fn descriptors() -> (u64, Option<u64>) {
    let used = std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
    (used, rustix::process::getrlimit(rustix::process::Resource::Nofile).current)
}

fn process() {
    let (used, limit) = descriptors();
    gauge!("callwright_file_descriptors").set(used as f64);
    if let Some(limit) = limit {
        gauge!("callwright_file_descriptors_limit").set(limit as f64);
    }
    let pages = std::fs::read_to_string("/proc/self/statm");
    let resident = pages.ok().and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    if let Some(pages) = resident {
        gauge!("callwright_resident_memory_bytes").set((pages * rustix::param::page_size() as u64) as f64);
    }
}
