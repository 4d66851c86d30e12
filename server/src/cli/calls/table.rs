//! The calls that run, as a table that changes with them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// Ended calls stay in sight for so long.
const LINGER_MS: i64 = 10_000;
/// The most rows that are drawn.
const ROWS: usize = 40;

#[derive(Debug, Default)]
struct Row {
    direction: String,
    /// Who is on the other side, as the operator may see it.
    party: String,
    number: String,
    app: String,
    state: String,
    began_ms: i64,
    ended_ms: Option<i64>,
    turns: u32,
    last_turn_ms: Option<u64>,
}

/// The calls by id, which sorts by when they began.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<String, Row>,
    missed: u64,
}

impl Table {
    pub(super) fn knows(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    /// A call as the API tells it.
    pub(super) fn learn(&mut self, call: &Value) {
        let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let inbound = call["direction"] == "inbound";
        let time = |name: &str| call[name].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        let row = self.rows.entry(text("id")).or_default();
        row.direction = String::from(if inbound { "in" } else { "out" });
        row.party = if inbound { text("from") } else { text("to") };
        row.number = text("number");
        row.app = String::from(call["agent"].as_str().or_else(|| call["flow"].as_str()).unwrap_or_default());
        row.state = text("state");
        row.began_ms = time("started_at").map_or(0, jiff::Timestamp::as_millisecond);
        row.ended_ms = time("ended_at").map(jiff::Timestamp::as_millisecond);
    }

    /// An event of the live feed. Gives a line where something changed that is worth one.
    pub(super) fn take(&mut self, event: &Value, now_ms: i64) -> Option<String> {
        if event["type"] == "missed" {
            self.missed += event["events"].as_u64().unwrap_or_default();
            return Some(format!("{} events were missed: this terminal is too slow\n", event["events"]));
        }
        let id = event["call"].as_str()?;
        let row = self.rows.get_mut(id)?;
        match event["type"].as_str()? {
            "state" => {
                let state = event["state"].as_str()?;
                if state == "filed" {
                    return None;
                }
                row.state = match event["cause"].as_str() {
                    Some(cause) => format!("{state}: {cause}"),
                    None => state.to_owned(),
                };
                if state == "ended" {
                    row.ended_ms = Some(now_ms);
                }
            }
            "turn" => {
                row.turns += 1;
                row.last_turn_ms = event["turn"]["total_ms"].as_u64().or_else(|| event["turn"]["total"].as_u64());
                return None;
            }
            _ => return None,
        }
        Some(line(id, row))
    }

    /// A line for each call that runs.
    pub(super) fn lines(&self) -> String {
        self.rows.iter().map(|(id, row)| line(id, row)).collect()
    }

    /// The table as it is now; calls that ended a while ago are forgotten.
    pub(super) fn draw(&mut self, now_ms: i64) -> String {
        self.rows.retain(|_, row| row.ended_ms.is_none_or(|at| now_ms - at < LINGER_MS));
        let running = self.rows.values().filter(|row| row.ended_ms.is_none()).count();
        let missed = if self.missed > 0 { format!(", {} events missed", self.missed) } else { String::new() };
        let mut text = format!("Callwright: {running} calls{missed}    Ctrl-C ends watching\n\n");
        let _ = writeln!(
            text,
            "{:>8}  {:<4}{:<20}{:<18}{:<16}{:<26}{:>5}{:>9}",
            "TIME", "", "PARTY", "OURS", "APP", "STATE", "TURNS", "LAST ms"
        );
        for row in self.rows.values().rev().take(ROWS) {
            let seconds = (row.ended_ms.unwrap_or(now_ms) - row.began_ms).max(0) / 1_000;
            let _ = writeln!(
                text,
                "{:>5}:{:02}  {:<4}{:<20}{:<18}{:<16}{:<26}{:>5}{:>9}",
                seconds / 60,
                seconds % 60,
                row.direction,
                short(&row.party, 19),
                short(&row.number, 17),
                short(&row.app, 15),
                short(&row.state, 25),
                row.turns,
                row.last_turn_ms.map(|ms| ms.to_string()).unwrap_or_default(),
            );
        }
        if self.rows.len() > ROWS {
            let _ = writeln!(text, "{:>8}  and {} more", "", self.rows.len() - ROWS);
        }
        text
    }
}

fn line(id: &str, row: &Row) -> String {
    let (way, party) = (if row.direction == "in" { "from" } else { "to" }, &row.party);
    format!("{id} {} {way} {party} {} {}\n", row.state.replace(": ", "="), row.number, row.app).replace("  ", " ")
}

/// A text that fits, without what would steer a terminal.
fn short(text: &str, most: usize) -> String {
    let clean = || text.chars().filter(|char| !char.is_control());
    if clean().count() <= most { clean().collect() } else { clean().take(most - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        table.learn(&json!({
            "id": "call_1", "direction": "inbound", "from": "+12025550123", "number": "reception", "flow": "reception",
            "state": "ringing", "started_at": "2026-01-01T00:00:00Z", "ended_at": null
        }));
        table
    }

    const BEGAN: i64 = 1_767_225_600_000;

    #[test]
    fn a_call_is_seen_from_ringing_to_its_end_and_then_leaves() {
        let mut table = table();
        let drawn = table.draw(BEGAN + 65_000);
        assert!(
            drawn.contains("1 calls") && drawn.contains("1:05  in  +12025550123") && drawn.contains("ringing"),
            "{drawn}"
        );
        let line = table.take(&json!({ "type": "state", "call": "call_1", "state": "answered" }), BEGAN).unwrap();
        assert_eq!(line, "call_1 answered from +12025550123 reception reception\n");
        table.take(&json!({ "type": "turn", "call": "call_1", "turn": { "total_ms": 640 } }), BEGAN);
        assert!(table.draw(BEGAN).contains("    1      640"), "{}", table.draw(BEGAN));
        let end = json!({ "type": "state", "call": "call_1", "state": "ended", "cause": "normal", "by": "caller" });
        assert!(table.take(&end, BEGAN + 70_000).unwrap().contains("ended=normal"));
        assert!(table.draw(BEGAN + 75_000).contains("0 calls") && table.draw(BEGAN + 75_000).contains("ended: normal"));
        assert!(!table.draw(BEGAN + 90_000).contains("ended"));
    }

    #[test]
    fn what_a_caller_calls_himself_does_not_steer_the_terminal() {
        let mut table = table();
        table.learn(&json!({
            "id": "call_2", "direction": "inbound", "from": "a\u{1b}[2Jb", "number": "n".repeat(60), "state": "active",
            "started_at": "2026-01-01T00:00:00Z"
        }));
        let drawn = table.draw(BEGAN);
        assert!(!drawn.contains('\u{1b}') && drawn.contains('…'), "{drawn}");
    }
}
