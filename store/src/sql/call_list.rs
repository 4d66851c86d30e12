//! Which calls: lists of them by filters, newest first, at once however many there are.
//!
//! Each list walks one index in the order of the ids and stops when the page is full. One filter, the narrowest by its
//! kind, says which; the others are looked at row by row. Without figures about the rows the planner would guess.

use call_model::CallId;
use sqlx::AssertSqlSafe;

use super::list::List;
use super::row::{Reader, Record, word};
use crate::record::{CallFilter, CallListing, CallRecord, CallState, Mood};
use crate::search::fts_query;
use crate::{Page, PageRequest, Store, StoreError};

/// A call's id is made about when it begins: rows further away than this are not looked at by time filters.
const ID_SLACK_MS: i64 = 60_000;
/// How far an id may be ahead of its call, ms: ids never go back, and a clock that is set back does.
const ID_AHEAD_MS: i64 = 86_400_000;

/// Words that are in fewer lines than this are looked up first; others are looked for call by call.
const RARE: i64 = 3_000;

const RECORDING: &str = "(SELECT min(recordings.id) FROM recordings WHERE recordings.call = calls.id) AS recording";

const LISTING: &str = "calls.*, contacts.name AS contact_name, campaigns.name AS campaign_name, \
    insights.outcome AS outcome, insights.sentiment AS sentiment, substr(insights.summary, 1, 280) AS summary, \
    (SELECT json_group_array(t.tag) FROM call_tags t WHERE t.call = calls.id) AS tags, \
    EXISTS (SELECT 1 FROM recordings r WHERE r.call = calls.id AND r.state IN ('ready', 'cut')) AS playable";

const BESIDE: &str = " LEFT JOIN contacts ON contacts.id = calls.contact LEFT JOIN insights ON insights.call = calls.id \
    LEFT JOIN campaigns ON campaigns.id = calls.campaign";

impl Record for CallListing {
    const TABLE: &'static str = "calls";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        let campaign = row.maybe_parse("campaign")?.zip(row.maybe_text("campaign_name")?);
        Ok(Self {
            call: CallRecord::read(row)?,
            contact_name: row.maybe_text("contact_name")?,
            campaign,
            tags: row.json("tags")?,
            summary: row.maybe_text("summary")?.filter(|text| !text.is_empty()),
            outcome: row.maybe_text("outcome")?,
            mood: row.maybe_real("sentiment")?.map(Mood::of),
            playable: row.bool("playable")?,
        })
    }
}

impl Store {
    /// Calls, newest first.
    pub async fn calls(&self, filter: &CallFilter, page: &PageRequest) -> Result<Page<CallRecord>, StoreError> {
        let Some(words) = self.words(filter).await? else { return Ok(Page { data: Vec::new(), next: None }) };
        let select = format!("SELECT calls.*, {RECORDING} FROM ");
        let (mut list, key) = listed(&select, "", filter, &words);
        list.page(self, page, key, |call: &CallRecord| call.id).await
    }

    /// The same, each with what a list shows of it.
    pub async fn call_list(&self, filter: &CallFilter, page: &PageRequest) -> Result<Page<CallListing>, StoreError> {
        let Some(words) = self.words(filter).await? else { return Ok(Page { data: Vec::new(), next: None }) };
        let (mut list, key) = listed(&format!("SELECT {LISTING}, {RECORDING} FROM "), BESIDE, filter, &words);
        list.page(self, page, key, |listing: &CallListing| listing.call.id).await
    }

    /// One call with what a list shows of it.
    pub async fn call_listing(&self, id: CallId) -> Result<Option<CallListing>, StoreError> {
        let sql = format!("SELECT {LISTING}, {RECORDING} FROM calls{BESIDE} WHERE calls.id = ?1");
        self.one(sqlx::query(AssertSqlSafe(sql)).bind(id.to_string())).await
    }

    /// How the words of a filter are looked for; `None`: there is nothing in them that could be found.
    async fn words(&self, filter: &CallFilter) -> Result<Option<Words>, StoreError> {
        let Some(text) = filter.words.as_deref() else { return Ok(Some(Words::Any)) };
        let Some(query) = fts_query(text) else { return Ok(None) };
        let count =
            sqlx::query("SELECT count(*) AS hits FROM (SELECT 1 FROM line_text WHERE line_text MATCH ?1 LIMIT ?2)");
        let row = count.bind(&query).bind(RARE).fetch_one(self.readers()).await?;
        let rare = Reader { row: &row, table: "line_text" }.int("hits")? < RARE;
        // Lines that are still to be gone through are not found.
        let closed = self.scrubber().get().is_some();
        Ok(Some(Words::Of { query, rare, closed }))
    }
}

/// Words that must have been said.
enum Words {
    /// None.
    Any,
    /// These, as a query of the full text; `closed`: only where the transcript is complete.
    Of { query: String, rare: bool, closed: bool },
}

/// A filter by a table of its own, whose rows are sorted by a value and then by call.
struct Side<'f> {
    wanted: Option<&'f str>,
    /// What the list walks where this filter leads.
    table: &'static str,
    leads: &'static str,
    /// What is asked of each row where it does not, up to the value.
    asks: &'static str,
}

fn sides(filter: &CallFilter) -> [Side<'_>; 6] {
    const MEMBER: &str = " AND EXISTS (SELECT 1 FROM call_members x WHERE x.call = calls.id AND x.member = ";
    [
        Side {
            wanted: filter.tag.as_deref(),
            table: "call_tags d",
            leads: "d.tag =",
            asks: " AND EXISTS (SELECT 1 FROM call_tags x WHERE x.call = calls.id AND x.tag = ",
        },
        Side {
            wanted: filter.topic.as_deref(),
            table: "insight_topics d",
            leads: "d.topic =",
            asks: " AND EXISTS (SELECT 1 FROM insight_topics x WHERE x.call = calls.id AND x.topic = ",
        },
        Side { wanted: filter.taking_part.as_deref(), table: "call_members d", leads: "d.member =", asks: MEMBER },
        Side { wanted: filter.member.as_deref(), table: "call_members d", leads: "d.member =", asks: MEMBER },
        Side {
            wanted: filter.outcome.as_deref(),
            table: "insights d INDEXED BY insights_by_outcome",
            leads: "d.outcome =",
            asks: " AND EXISTS (SELECT 1 FROM insights x WHERE x.call = calls.id AND x.outcome = ",
        },
        Side {
            wanted: filter.mood.map(Mood::as_str),
            table: "call_facts d INDEXED BY call_facts_by_mood",
            leads: "d.mood =",
            asks: " AND EXISTS (SELECT 1 FROM call_facts x WHERE x.call = calls.id AND x.mood = ",
        },
    ]
}

/// The statement of a list, and the column that it is sorted by.
fn listed(select: &str, beside: &str, filter: &CallFilter, words: &Words) -> (List, &'static str) {
    let running = filter.state.is_some_and(|state| state != CallState::Ended);
    let narrow = filter.contact.is_some() || filter.campaign.is_some() || running;
    let sides = sides(filter);
    let leader = if narrow { None } else { sides.iter().position(|side| side.wanted.is_some()) };
    let (from, key) = match leader.map(|leader| sides[leader].table) {
        Some(table) => (format!("{table} CROSS JOIN calls ON calls.id = d.call"), "d.call"),
        // Short rows, where all of them may have to be read.
        None if filter.min_talk_ms.is_some() && is_wide(filter) => {
            ("call_facts d INDEXED BY call_facts_by_call CROSS JOIN calls ON calls.id = d.call".to_owned(), "d.call")
        }
        None => ("calls".to_owned(), "calls.id"),
    };
    let mut list = List::of(format!("{select}{from}{beside} WHERE 1"));
    for (place, side) in sides.iter().enumerate() {
        let Some(wanted) = side.wanted.map(str::to_owned) else { continue };
        if leader == Some(place) {
            list.only(side.leads, Some(wanted));
        } else {
            list.sql(side.asks).push_bind(wanted).push(")");
        }
    }
    of_the_call(&mut list, filter, key == "calls.id");
    if let Some(least) = filter.min_talk_ms {
        let talked =
            if key == "d.call" && leader.is_none() { "d.talk_ms >=" } else { "calls.ended_ms - calls.answered_ms >=" };
        list.only(talked, Some(least));
    }
    said(&mut list, words);
    let id_at = |ms: i64| CallId::from_parts(u64::try_from(ms).unwrap_or(0), 0);
    let (from, before) = if key == "d.call" { ("d.call >=", "d.call <") } else { ("calls.id >=", "calls.id <") };
    list.only("+calls.started_ms >=", filter.from_ms);
    list.only_id(from, filter.from_ms.map(|from| id_at(from.saturating_sub(ID_SLACK_MS))));
    list.only("+calls.started_ms <", filter.to_ms);
    list.only_id(before, filter.to_ms.map(|to| id_at(to.saturating_add(ID_AHEAD_MS))));
    (list, key)
}

/// No column of the calls themselves narrows the list.
fn is_wide(filter: &CallFilter) -> bool {
    filter.contact.is_none()
        && filter.campaign.is_none()
        && filter.agent.is_none()
        && filter.number.is_none()
        && filter.state != Some(CallState::Ringing)
        && filter.state != Some(CallState::Active)
}

/// Conditions on columns of the calls. `leads`: the first of them says which index is walked.
fn of_the_call(list: &mut List, filter: &CallFilter, leads: bool) {
    let mut free = leads;
    // A plus keeps the planner from the index (sqlite.org/optoverview.html, section 3).
    let mut pick = |wanted: bool, with: &'static str, without: &'static str| {
        if wanted && std::mem::take(&mut free) { with } else { without }
    };
    let contact = pick(filter.contact.is_some(), "calls.contact =", "+calls.contact =");
    let campaign = pick(filter.campaign.is_some(), "calls.campaign =", "+calls.campaign =");
    let running = filter.state.is_some_and(|state| state != CallState::Ended);
    let state = pick(running, "calls.state =", "+calls.state =");
    let agent = pick(filter.agent.is_some(), "calls.agent =", "+calls.agent =");
    let number = pick(filter.number.is_some(), "calls.number =", "+calls.number =");
    let direction = pick(filter.direction.is_some(), "calls.direction =", "+calls.direction =");
    list.only_id(contact, filter.contact);
    list.only_id(campaign, filter.campaign);
    list.only(state, filter.state.map(CallState::as_str));
    if running {
        // Lets the index of open calls be used.
        list.sql(" AND calls.state <> 'ended'");
    }
    list.only(agent, filter.agent.clone());
    list.only(number, filter.number.clone());
    list.only(direction, filter.direction.as_ref().map(word));
}

fn said(list: &mut List, words: &Words) {
    let Words::Of { query, rare, closed } = words else { return };
    let before = if *rare {
        " AND calls.id IN (SELECT l.call FROM lines l WHERE l.id IN ("
    } else {
        " AND EXISTS (SELECT 1 FROM lines l WHERE l.call = calls.id AND l.id IN ("
    };
    list.sql(before)
        .push("SELECT rowid FROM line_text WHERE line_text MATCH ")
        .push_bind(query.clone())
        .push(" UNION ALL SELECT rowid FROM correction_text WHERE correction_text MATCH ")
        .push_bind(query.clone())
        .push("))");
    if *closed {
        list.sql(" AND calls.transcript IS NOT 'open'");
    }
}

#[cfg(test)]
mod tests {
    use call_model::{CampaignId, ContactId, Direction};

    use super::*;
    use crate::StoreConfig;

    async fn plan(store: &Store, filter: CallFilter, words: &Words) -> String {
        let (mut list, key) =
            listed(&format!("EXPLAIN QUERY PLAN SELECT {LISTING}, {RECORDING} FROM "), BESIDE, &filter, words);
        list.plan(store, key).await.unwrap().join("\n")
    }

    #[tokio::test]
    async fn every_filter_walks_an_index_in_the_order_of_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let any = CallFilter::default;
        let text = || Some("x".to_owned());
        for (filter, index) in [
            (any(), "sqlite_autoindex_calls_1"),
            (CallFilter { contact: Some(ContactId::from_parts(1, 1)), ..any() }, "calls_by_contact"),
            (CallFilter { campaign: Some(CampaignId::from_parts(1, 1)), ..any() }, "calls_by_campaign"),
            (CallFilter { agent: text(), ..any() }, "calls_by_agent"),
            (CallFilter { number: text(), ..any() }, "calls_by_number"),
            (CallFilter { direction: Some(Direction::Outbound), ..any() }, "calls_by_direction"),
            (CallFilter { state: Some(CallState::Active), ..any() }, "calls_open"),
            (CallFilter { state: Some(CallState::Ended), ..any() }, "sqlite_autoindex_calls_1"),
            (CallFilter { from_ms: Some(5), to_ms: Some(9), ..any() }, "sqlite_autoindex_calls_1"),
            (CallFilter { tag: text(), ..any() }, "SEARCH d USING PRIMARY KEY (tag=?"),
            (CallFilter { topic: text(), from_ms: Some(5), ..any() }, "SEARCH d USING PRIMARY KEY (topic=? AND call>?"),
            (CallFilter { member: text(), ..any() }, "SEARCH d USING PRIMARY KEY (member=?"),
            (CallFilter { taking_part: text(), number: text(), ..any() }, "SEARCH d USING PRIMARY KEY (member=?"),
            (CallFilter { outcome: text(), ..any() }, "insights_by_outcome"),
            (CallFilter { mood: Some(Mood::Negative), ..any() }, "call_facts_by_mood"),
            (CallFilter { min_talk_ms: Some(5), ..any() }, "SCAN d USING COVERING INDEX call_facts_by_call"),
            (
                CallFilter { contact: Some(ContactId::from_parts(1, 1)), number: text(), tag: text(), ..any() },
                "calls_by_contact",
            ),
            (CallFilter { number: text(), direction: Some(Direction::Inbound), ..any() }, "calls_by_number"),
        ] {
            let plan = plan(&store, filter, &Words::Any).await;
            assert!(plan.lines().next().is_some_and(|first| first.contains(index)), "{index}: {plan}");
            assert!(!plan.contains("USE TEMP B-TREE"), "{index}: it is sorted: {plan}");
        }
    }

    #[tokio::test]
    async fn words_are_looked_up_once_for_a_whole_list() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        for rare in [true, false] {
            let words = Words::Of { query: "\"x\"".into(), rare, closed: true };
            let plan = plan(&store, CallFilter::default(), &words).await;
            assert!(!plan.contains("ORDER BY"), "{plan}");
            let walks = if rare { "SEARCH calls USING INDEX" } else { "SCAN calls USING INDEX" };
            assert!(plan.contains(walks), "{rare}: {plan}");
        }
    }
}
