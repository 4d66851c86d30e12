//! What came of rehearsals: a table for people, JSON and JUnit for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::judge::Finding;
use crate::record::Record;
use crate::suite::Run;

/// The table: name, result, turns, time and, below it, what failed with its place in the dialogue. Versions stand side by
/// side. `whole`: the whole dialogue of what failed.
pub fn table(runs: &[Run], whole: bool) -> String {
    let versions = versions(runs);
    let names: Vec<&str> = runs.iter().map(|run| run.name.as_str()).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max("rehearsal".len());
    let several = versions.len() > 1;
    let mut out = format!("{:width$}", "rehearsal");
    for version in &versions {
        let head = if several { format!("  {version:<28.28}") } else { format!("  {:<28}", "result  turns     time") };
        out.push_str(&head);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    for row in runs.chunks(versions.len().max(1)) {
        let mut line = format!("{:width$}", row[0].name);
        for run in row {
            let _ = write!(line, "  {:<28}", cell(run));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for run in runs {
        out.push_str(&details(run, several, whole));
    }
    let passed = runs.iter().filter(|run| run.passed()).count();
    let _ = write!(out, "\n{passed} of {} passed", runs.len());
    if several {
        for version in &versions {
            let of = || runs.iter().filter(|run| run.version == *version);
            let _ = write!(out, "; {version}: {} of {}", of().filter(|run| run.passed()).count(), of().count());
        }
    }
    out.push('\n');
    out
}

fn versions(runs: &[Run]) -> Vec<String> {
    let mut versions: Vec<String> = Vec::new();
    for run in runs {
        if !versions.contains(&run.version) {
            versions.push(run.version.clone());
        }
    }
    versions
}

fn cell(run: &Run) -> String {
    let result = if run.passed() { "passed" } else { "FAILED" };
    let Some(record) = &run.record else { return result.to_owned() };
    let latency = record.latency().map_or_else(String::new, |ms| format!(" {ms:>5} ms"));
    format!("{result}  {:>5}  {:>5.1} s{latency}", record.turns, record.duration_ms as f64 / 1_000.0)
}

fn details(run: &Run, several: bool, whole: bool) -> String {
    let mut out = String::new();
    if run.passed() && run.judgement.skipped.is_empty() {
        return out;
    }
    let version = if several { format!(" ({})", run.version) } else { String::new() };
    let _ = writeln!(out, "\n{}{version}: {}", run.name, run.about);
    for finding in &run.judgement.skipped {
        let _ = writeln!(out, "  - {} skipped: {}", place(finding), finding.text);
    }
    for finding in &run.judgement.failed {
        let _ = writeln!(out, "  x {} {}", place(finding), finding.text);
        if !whole {
            indent(&mut out, &finding.excerpt);
        }
    }
    if let Some(record) = run.record.as_ref().filter(|_| whole && !run.passed()) {
        indent(&mut out, &record.dialogue());
    }
    out
}

fn place(finding: &Finding) -> String {
    if finding.line == 0 { "call:".to_owned() } else { format!("line {}:", finding.line) }
}

fn indent(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "      {line}");
    }
}

/// Everything as JSON: `{"passed": 3, "failed": 1, "runs": [{"name", "version", "passed", "turns", "duration_ms",
/// "latency_ms", "thinking_ms", "failed": [..], "skipped": [..], "record": {..}}]}`.
pub fn json(runs: &[Run]) -> Value {
    let passed = runs.iter().filter(|run| run.passed()).count();
    let one = |run: &Run| {
        let record = run.record.as_ref();
        json!({
            "name": run.name, "about": run.about, "version": run.version, "passed": run.passed(),
            "turns": record.map(|record| record.turns), "duration_ms": record.map(|record| record.duration_ms),
            "latency_ms": record.and_then(Record::latency), "thinking_ms": record.and_then(Record::thought),
            "failed": run.judgement.failed, "skipped": run.judgement.skipped, "record": run.record,
        })
    };
    json!({ "passed": passed, "failed": runs.len() - passed, "runs": runs.iter().map(one).collect::<Vec<_>>() })
}

/// JUnit's XML as CI systems read it (<https://github.com/testmoapp/junitxml>, 2026-11-21): a suite for each version.
pub fn junit(runs: &[Run]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for version in versions(runs) {
        let of: Vec<&Run> = runs.iter().filter(|run| run.version == version).collect();
        let failures = of.iter().filter(|run| !run.passed()).count();
        let _ =
            writeln!(out, "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\">", escape(&version), of.len());
        for run in of {
            let time = run.record.as_ref().map_or(0.0, |record| record.duration_ms as f64 / 1_000.0);
            let _ = write!(out, "    <testcase name=\"{}\" time=\"{time:.3}\"", escape(&run.name));
            if run.passed() {
                out.push_str("/>\n");
                continue;
            }
            out.push_str(">\n");
            for finding in &run.judgement.failed {
                let _ = writeln!(
                    out,
                    "      <failure message=\"{}\">{}</failure>",
                    escape(&format!("{} {}", place(finding), finding.text)),
                    escape(&finding.excerpt)
                );
            }
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// As text and in attributes of XML; what XML 1.0 cannot hold is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Judgement;
    use crate::record::{Entry, Who};

    fn run(version: &str, failed: bool) -> Run {
        let entry = Entry { at_ms: 900, who: Who::Agent, text: "Nine <euros>".into(), cut: false };
        let record = Record { entries: vec![entry], turns: 3, duration_ms: 12_345, ..Record::new() };
        let finding = Finding {
            line: 7,
            check: "did_not_say",
            text: "the agent said “euros”".into(),
            excerpt: record.dialogue(),
        };
        let failed = failed.then_some(finding).into_iter().collect();
        let judgement = Judgement { failed, ..Judgement::default() };
        Run { name: "books".into(), about: "Books".into(), version: version.into(), record: Some(record), judgement }
    }

    #[test]
    fn the_table_shows_versions_side_by_side_and_what_failed() {
        let table = table(&[run("a", false), run("b", true)], false);
        let line = table.lines().find(|line| line.starts_with("books")).unwrap();
        assert!(line.contains("passed      3   12.3 s") && line.contains("FAILED"), "{table}");
        assert!(table.contains("x line 7: the agent said “euros”") && table.contains("Nine <euros>"), "{table}");
        assert!(table.contains("1 of 2 passed; a: 1 of 1; b: 0 of 1"), "{table}");
    }

    #[test]
    fn machines_read_it_too() {
        let runs = [run("a", true)];
        let xml = junit(&runs);
        assert!(xml.contains("tests=\"1\" failures=\"1\"") && xml.contains("Nine &lt;euros&gt;"), "{xml}");
        let json = json(&runs);
        assert_eq!((&json["failed"], &json["runs"][0]["turns"]), (&json!(1), &json!(3)));
    }
}
