//! Made calls in the books, and how long the list of calls, its filters and the reports take then.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use call_model::{CallId, Direction, HangupCause, HangupParty, LegId, Speaker, TranscriptLine};
use clap::Args;
use serde_json::Map;
use store::{
    Address, AnswerCall, CallFilter, CallState, EndCall, LegRecord, LegRole, Mood, NewCall, NewInsights, NewMember,
    PageRequest, ReportBy, Store, StoreConfig, StoreError,
};
use tokio::task::JoinSet;

/// How many calls.
#[derive(Debug, Args)]
pub struct BooksArgs {
    /// Calls in the books
    #[arg(long, default_value_t = 100_000)]
    calls: u64,
    /// A file to fill and keep; one that has calls already is only asked. A temporary one where it is not said
    #[arg(long)]
    books: Option<PathBuf>,
}

/// Calls that are written at the same time.
const AT_ONCE: u64 = 200;
const LINES: u64 = 8;
/// When the first call began, ms since the Unix epoch; a call every five minutes from then on: about a year of them.
const BEGIN: i64 = 1_750_000_000_000;
const EVERY_MS: i64 = 300_000;
const TRIES: usize = 5;

const MEMBERS: [&str; 8] = ["anna", "ben", "carla", "dario", "emma", "felix", "greta", "hugo"];
const AGENTS: [&str; 4] = ["reception", "support", "night", "sales"];
const OUTCOMES: [&str; 6] = ["answered", "appointment_booked", "message_taken", "callback_requested", "lost", "sold"];
const TOPICS: [&str; 12] = [
    "billing",
    "prices",
    "parking",
    "hours",
    "crown",
    "cleaning",
    "pain",
    "insurance",
    "invoice",
    "delivery",
    "complaint",
    "recipe",
];
const WORDS: [&str; 32] = [
    "the",
    "a",
    "to",
    "and",
    "is",
    "you",
    "I",
    "for",
    "can",
    "please",
    "tomorrow",
    "appointment",
    "morning",
    "number",
    "thank",
    "invoice",
    "crown",
    "Monday",
    "price",
    "tooth",
    "hurts",
    "doctor",
    "parking",
    "insurance",
    "letter",
    "street",
    "late",
    "cancel",
    "card",
    "sister",
    "bicycle",
    "umbrella",
];

/// Numbers that look like chance and are the same each time (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// The first ones far more often than the last.
    fn word(&mut self) -> &'static str {
        let place = self.below(WORDS.len()) * self.below(WORDS.len()) / WORDS.len();
        WORDS[place]
    }
}

pub fn run(args: &BooksArgs) -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let path = args.books.clone().unwrap_or_else(|| temporary.path().join("books.db"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open(StoreConfig::new(path.clone())).await?;
        if store.calls(&CallFilter::default(), &PageRequest::first(1)).await?.data.is_empty() {
            let begun = Instant::now();
            fill(&store, args.calls).await?;
            println!("{} calls written in {:.1} s", args.calls, begun.elapsed().as_secs_f64());
        }
        let bytes = std::fs::metadata(&path)?.len();
        println!("{:.0} MB of books\n", bytes as f64 / 1e6);
        ask(&store).await?;
        store.close().await;
        Ok(())
    })
}

async fn fill(store: &Store, calls: u64) -> Result<(), Box<dyn Error>> {
    for name in MEMBERS {
        let member = NewMember {
            name: name.to_owned(),
            display: name.to_owned(),
            password: None,
            may_call_from: Vec::new(),
            skills: Vec::new(),
            languages: Vec::new(),
            away: false,
        };
        store.add_member(member, BEGIN).await?;
    }
    let mut writing = JoinSet::new();
    for place in 0..calls {
        if writing.len() as u64 >= AT_ONCE
            && let Some(done) = writing.join_next().await
        {
            done??;
        }
        writing.spawn(call(store.clone(), place));
    }
    while let Some(done) = writing.join_next().await {
        done??;
    }
    Ok(())
}

async fn call(store: Store, place: u64) -> Result<(), StoreError> {
    let mut chance = Chance(place);
    let at = BEGIN + place as i64 * EVERY_MS;
    let id = CallId::from_parts(at as u64, u128::from(chance.next()));
    let outbound = chance.below(10) == 0;
    let other = Address::parse(&format!("+49309{:05}", chance.below(5_000)), "DE");
    let ours = Address::parse("+4930901820", "DE");
    let agent = AGENTS[chance.below(AGENTS.len())].to_owned();
    let talk_ms = 5_000 + chance.below(300_000) as i64;
    let (from, to) = if outbound { (ours, other) } else { (other, ours) };
    let new = NewCall {
        id,
        direction: if outbound { Direction::Outbound } else { Direction::Inbound },
        from,
        to,
        number: format!("line-{}", chance.below(5)),
        trunk: None,
        member: None,
        flow: None,
        flow_version: None,
        agent: Some(agent),
        agent_version: Some(1),
        language: "en".to_owned(),
        variables: Map::new(),
        webhook: None,
        origin: call_model::CallOrigin::default(),
        started_ms: at,
    };
    store.begin_call(new).await?;
    let answered = chance.below(20) > 0;
    if answered {
        store.answer_call(AnswerCall { id, at_ms: at + 2_000 }).await?;
        for seq in 0..LINES {
            store.append_line(line(id, seq, &mut chance)).await?;
        }
    }
    let legs = if answered && chance.below(8) == 0 { vec![leg(at, &mut chance)] } else { Vec::new() };
    let end = EndCall {
        id,
        at_ms: at + 2_000 + talk_ms,
        cause: HangupCause::Normal,
        by: HangupParty::Caller,
        legs,
        language: None,
    };
    store.end_call(end).await?;
    if !answered {
        return Ok(());
    }
    store.transcript_ready(id, at).await?;
    let topics = vec![TOPICS[chance.below(TOPICS.len())].to_owned(), TOPICS[chance.below(TOPICS.len())].to_owned()];
    let made = NewInsights {
        call: id,
        outcome: OUTCOMES[chance.below(OUTCOMES.len())].to_owned(),
        sentiment: Some(chance.below(201) as f64 / 100.0 - 1.0),
        score: None,
        summary: (0..24).map(|_| chance.word()).collect::<Vec<_>>().join(" "),
        topics,
        data: Map::new(),
        made_by: "rules".to_owned(),
        tokens: 0,
        contact: Map::new(),
    };
    store.file_insights(made, at).await?;
    if chance.below(10) == 0 {
        store.set_call_tags(id, &[format!("tag {}", chance.below(30))]).await?;
    }
    Ok(())
}

fn line(call: CallId, seq: u64, chance: &mut Chance) -> TranscriptLine {
    let mut text: Vec<&str> = (0..9).map(|_| chance.word()).collect();
    // A word that hardly anybody says.
    if chance.below(100_000) == 0 {
        text.push("zeppelin");
    }
    TranscriptLine {
        call,
        speaker: if seq.is_multiple_of(2) { Speaker::Us } else { Speaker::Caller },
        from_ms: seq * 3_000,
        to_ms: seq * 3_000 + 2_500,
        text: text.join(" "),
        words: Vec::new(),
        confidence: Some(0.9),
        language: Some("en".to_owned()),
        cut: false,
    }
}

fn leg(at: i64, chance: &mut Chance) -> LegRecord {
    LegRecord {
        id: LegId::from_parts(at as u64, u128::from(chance.next())),
        role: LegRole::Transfer,
        peer: Some(MEMBERS[chance.below(MEMBERS.len())].to_owned()),
        sip_call_id: "made".to_owned(),
        started_ms: at + 10_000,
        answered_ms: (chance.below(4) > 0).then_some(at + 14_000),
        ended_ms: Some(at + 60_000),
        status: None,
        quality: None,
        user_agent: None,
    }
}

/// Each question several times: the middle time.
async fn timed<T>(
    name: &str,
    mut question: impl AsyncFnMut() -> Result<T, StoreError>,
    size: fn(&T) -> usize,
) -> Result<T, StoreError> {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..TRIES {
        let begun = Instant::now();
        last = Some(question().await?);
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let answer = last.ok_or(StoreError::Closed)?;
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{name:<44} {:>9.2} ms {:>9.2} ms {:>6}", ms(times[TRIES / 2]), ms(times[TRIES - 1]), size(&answer));
    Ok(answer)
}

async fn ask(store: &Store) -> Result<(), StoreError> {
    println!("{:<44} {:>12} {:>12} {:>6}", "first page of calls", "middle", "slowest", "rows");
    let any = CallFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let contact = store.contact_by_address(&Address::parse("+4930900007", "DE")).await?.map(|contact| contact.id);
    for (name, filter) in [
        ("all", any()),
        ("state=active (none)", CallFilter { state: Some(CallState::Active), ..any() }),
        ("direction=outbound", CallFilter { direction: Some(Direction::Outbound), ..any() }),
        ("number", CallFilter { number: text("line-3"), ..any() }),
        ("contact", CallFilter { contact, ..any() }),
        ("member", CallFilter { member: text("greta"), ..any() }),
        ("agent", CallFilter { agent: text("night"), ..any() }),
        ("a week a year ago", CallFilter { from_ms: Some(BEGIN), to_ms: Some(BEGIN + 7 * 86_400_000), ..any() }),
        ("outcome", CallFilter { outcome: text("lost"), ..any() }),
        ("outcome (none)", CallFilter { outcome: text("none"), ..any() }),
        ("topic", CallFilter { topic: text("crown"), ..any() }),
        ("sentiment=negative", CallFilter { mood: Some(Mood::Negative), ..any() }),
        ("tag", CallFilter { tag: text("tag 7"), ..any() }),
        ("min_s=60", CallFilter { min_talk_ms: Some(60_000), ..any() }),
        ("min_s=3600 (none)", CallFilter { min_talk_ms: Some(3_600_000), ..any() }),
        ("words: in almost every line", CallFilter { words: text("the"), ..any() }),
        ("words: in many", CallFilter { words: text("crown"), ..any() }),
        ("words: in few", CallFilter { words: text("zeppelin"), ..any() }),
        ("words: none", CallFilter { words: text("xylophone"), ..any() }),
        ("words: two in one line", CallFilter { words: text("bicycle umbrella"), ..any() }),
        (
            "agent, topic, negative, words",
            CallFilter {
                agent: text("night"),
                topic: text("crown"),
                mood: Some(Mood::Negative),
                words: text("crown"),
                ..any()
            },
        ),
    ] {
        let ask = async || store.call_list(&filter, &PageRequest::default()).await;
        timed(name, ask, |page| page.data.len()).await?;
    }
    deep(store).await?;
    println!("\n{:<44} {:>12} {:>12} {:>6}", "reports over all calls", "middle", "slowest", "rows");
    for (name, by) in [
        ("sum", ReportBy::All),
        ("quarters of an hour", ReportBy::Quarter),
        ("number", ReportBy::Number),
        ("member", ReportBy::Member),
        ("agent", ReportBy::Agent),
        ("outcome", ReportBy::Outcome),
        ("topic", ReportBy::Topic),
    ] {
        timed(name, async || store.report(by, 0, i64::MAX).await, Vec::len).await?;
    }
    timed("tags", async || store.tags().await, Vec::len).await?;
    Ok(())
}

/// A page far down: by its cursor it costs as much as the first.
async fn deep(store: &Store) -> Result<(), StoreError> {
    let filter = Arc::new(CallFilter::default());
    let mut page = PageRequest::first(200);
    for _ in 0..100 {
        let Some(next) = store.call_list(&filter, &page).await?.next else { break };
        page.cursor = Some(next);
    }
    page.limit = 50;
    timed("all, 20,000 calls down", async || store.call_list(&filter, &page).await, |page| page.data.len()).await?;
    Ok(())
}
