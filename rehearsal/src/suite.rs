//! Many rehearsals at a time, against one version of the agents or several.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use voice_agent::brain::Brain;

use crate::asking::judge_by_model;
use crate::judge::{Finding, Judgement, judge};
use crate::record::Record;
use crate::spec::Rehearsal;

/// Where rehearsals are held: in text, or by telephone.
pub trait Stage: Send + Sync {
    /// Holds one from its beginning to its end; an error when the call could not be made at all.
    fn hold<'a>(&'a self, rehearsal: &'a Rehearsal) -> BoxFuture<'a, Result<Record, String>>;
}

/// A version of the agents.
#[derive(Clone)]
pub struct Version {
    /// What it is called in the table.
    pub label: String,
    /// Where its calls are held.
    pub stage: Arc<dyn Stage>,
}

/// How rehearsals are run.
#[derive(Clone)]
pub struct SuiteSettings {
    /// The most calls at a time. Default: 8.
    pub parallel: usize,
    /// The longest time for one call as the clock on the wall goes. Default: 15 minutes.
    pub longest: Duration,
    /// Answers the questions of `judge` checks; without it they are skipped.
    pub judge: Option<Arc<dyn Brain>>,
}

impl Default for SuiteSettings {
    fn default() -> Self {
        Self { parallel: 8, longest: Duration::from_mins(15), judge: None }
    }
}

/// One rehearsal against one version.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// The rehearsal.
    pub name: String,
    /// What it tries.
    pub about: String,
    /// The version.
    pub version: String,
    /// What the call left; `None` when it could not be made.
    pub record: Option<Record>,
    /// What the checks said.
    pub judgement: Judgement,
}

impl Run {
    /// Whether nothing is wrong.
    pub fn passed(&self) -> bool {
        self.judgement.failed.is_empty()
    }
}

/// Runs every rehearsal against every version. In the order of the rehearsals, the versions of each beside each other.
pub async fn run(rehearsals: Vec<Rehearsal>, versions: &[Version], settings: &SuiteSettings) -> Vec<Run> {
    let places = Arc::new(Semaphore::new(settings.parallel.max(1)));
    let mut runs = JoinSet::new();
    let mut names = Vec::new();
    for rehearsal in rehearsals {
        let rehearsal = Arc::new(rehearsal);
        for version in versions {
            let (rehearsal, version, settings) = (rehearsal.clone(), version.clone(), settings.clone());
            let (places, at) = (places.clone(), names.len());
            names.push((rehearsal.clone(), version.label.clone()));
            runs.spawn(async move {
                // The semaphore is never closed.
                let _place = places.acquire().await;
                (at, one(&rehearsal, &version, &settings).await)
            });
        }
    }
    let mut done: Vec<Option<Run>> = names.iter().map(|_| None).collect();
    while let Some(ended) = runs.join_next().await {
        if let Ok((at, run)) = ended {
            done[at] = Some(run);
        }
    }
    let broken =
        |(rehearsal, version): (Arc<Rehearsal>, String)| lost(&rehearsal, version, "the rehearsal broke".into());
    done.into_iter().zip(names).map(|(run, name)| run.unwrap_or_else(|| broken(name))).collect()
}

async fn one(rehearsal: &Rehearsal, version: &Version, settings: &SuiteSettings) -> Run {
    let held = tokio::time::timeout(settings.longest, version.stage.hold(rehearsal)).await;
    let record = match held {
        Ok(Ok(record)) => record,
        Ok(Err(reason)) => return lost(rehearsal, version.label.clone(), reason),
        Err(_) => return lost(rehearsal, version.label.clone(), "the call took too long".to_owned()),
    };
    let mut judgement = judge(rehearsal, &record);
    for (line, question) in std::mem::take(&mut judgement.questions) {
        let finding = |text: String| Finding { line, check: "judge", text, excerpt: String::new() };
        match &settings.judge {
            None => judgement.skipped.push(finding(format!("no model to judge: {question}"))),
            Some(model) => match judge_by_model(&**model, &record, &question).await {
                Ok((true, _)) => {}
                Ok((false, reason)) => {
                    let excerpt = record.end(8);
                    judgement.failed.push(Finding { excerpt, ..finding(format!("{question} No: {reason}")) });
                }
                Err(reason) => judgement.skipped.push(finding(format!("the model could not judge: {reason}"))),
            },
        }
    }
    run_of(rehearsal, version.label.clone(), Some(record), judgement)
}

fn lost(rehearsal: &Rehearsal, version: String, reason: String) -> Run {
    let failed = vec![Finding { line: 0, check: "call", text: reason, excerpt: String::new() }];
    run_of(rehearsal, version, None, Judgement { failed, ..Judgement::default() })
}

fn run_of(rehearsal: &Rehearsal, version: String, record: Option<Record>, judgement: Judgement) -> Run {
    Run { name: rehearsal.name.clone(), about: rehearsal.about.clone(), version, record, judgement }
}
