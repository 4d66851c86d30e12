//! Shares of right answers, and the area under the curve of rejection.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Outcome;

/// The figures of some questions, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// How many questions.
    pub questions: usize,
    /// How many of them a passage answers.
    pub answerable: usize,
    /// The share of those whose first hit is right; `None` where there are none.
    pub top1: Option<f64>,
    /// The share of those with a right one among the first three.
    pub top3: Option<f64>,
    /// How often one that can be answered has a higher best score than one that cannot; 0.5 is chance.
    pub rejection_auc: Option<f64>,
}

pub(super) fn all(outcomes: &[Outcome]) -> Figures {
    let outcomes: Vec<&Outcome> = outcomes.iter().collect();
    of(&outcomes, &outcomes)
}

pub(super) fn by_kind(outcomes: &[Outcome]) -> BTreeMap<String, Figures> {
    let mut kinds: BTreeMap<String, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        kinds.entry(outcome.kind.clone()).or_default().push(outcome);
    }
    let figures = |(kind, own): (String, Vec<&Outcome>)| {
        let mut against = own.clone();
        for other in outcomes.iter().filter(|other| own.iter().all(|own| own.answerable != other.answerable)) {
            against.push(other);
        }
        (kind, of(&own, &against))
    };
    kinds.into_iter().map(figures).collect()
}

fn of(own: &[&Outcome], against: &[&Outcome]) -> Figures {
    let answerable = own.iter().filter(|outcome| outcome.answerable).count();
    let within = |places: usize| {
        let right = own.iter().filter(|outcome| outcome.answerable && outcome.place.is_some_and(|at| at <= places));
        (answerable > 0).then(|| right.count() as f64 / answerable as f64)
    };
    Figures { questions: own.len(), answerable, top1: within(1), top3: within(3), rejection_auc: auc(against) }
}

/// The share of pairs of a question that can be answered and one that cannot, in which the first has the higher score;
/// equal ones count half (Mann and Whitney).
fn auc(outcomes: &[&Outcome]) -> Option<f64> {
    let scores = |answerable| {
        outcomes.iter().filter(move |outcome| outcome.answerable == answerable).map(|outcome| outcome.score)
    };
    let (mut wins, mut pairs) = (0.0, 0.0);
    for yes in scores(true) {
        for no in scores(false) {
            wins += if yes > no {
                1.0
            } else if yes < no {
                0.0
            } else {
                0.5
            };
            pairs += 1.0;
        }
    }
    (pairs > 0.0).then(|| wins / pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(kind: &str, place: Option<usize>, answerable: bool, score: f32) -> Outcome {
        Outcome { id: String::new(), kind: kind.to_owned(), answerable, place, score }
    }

    #[test]
    fn figures_count_what_they_say() {
        let outcomes = [
            outcome("easy", Some(1), true, 0.9),
            outcome("hard", Some(3), true, 0.4),
            outcome("far", None, false, 0.4),
            outcome("far", None, false, 0.1),
        ];
        let figures = all(&outcomes);
        assert_eq!((figures.top1, figures.top3), (Some(0.5), Some(1.0)));
        assert_eq!(figures.rejection_auc, Some(3.5 / 4.0));
        let kinds = by_kind(&outcomes);
        assert_eq!(kinds["easy"].rejection_auc, Some(1.0));
        assert_eq!((kinds["far"].top1, kinds["far"].rejection_auc), (None, Some(3.5 / 4.0)));
    }
}
