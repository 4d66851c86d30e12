//! Whether our numbers lead somewhere, in words.

use super::{Finding, Weight};

const CHECK: &str = "number";

/// A number of ours, with what answers it.
pub(crate) struct NumberCase<'a> {
    /// The number.
    pub number: &'a str,
    /// Why what answers it cannot talk.
    pub app_fault: Option<String>,
    /// Name of its trunk.
    pub trunk: Option<&'a str>,
}

/// What is wrong with our numbers. `trunks`: what was found of each trunk there is.
pub(crate) fn numbers(cases: &[NumberCase<'_>], trunks: &[Finding]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = cases.iter().filter_map(|case| number(case, trunks)).collect();
    if findings.is_empty() && !cases.is_empty() {
        findings.push(Finding::ok(CHECK, format!("what answers the {} numbers can talk", cases.len())));
    }
    findings
}

/// The worst that there is to say of one.
fn number(case: &NumberCase<'_>, trunks: &[Finding]) -> Option<Finding> {
    let number = case.number;
    if let Some(fault) = &case.app_fault {
        let found = format!("calls to {number} are refused: {fault}");
        let advice = "mend what answers it, or choose something else";
        return Some(Finding::fault(CHECK, found, advice).about(number, "number_app"));
    }
    if let Some(name) = case.trunk {
        let Some(trunk) = trunks.iter().find(|trunk| trunk.about.as_deref() == Some(name)) else {
            let found = format!("{number} is on the trunk {name}, and there is no such trunk");
            let advice = "choose another trunk, or add one of this name";
            return Some(Finding::fault(CHECK, found, advice).about(number, "number_trunk_missing"));
        };
        return (trunk.weight == Weight::Fault).then(|| {
            let found = format!("{number} may not be reached: {}", trunk.found);
            Finding::warning(CHECK, found, "see what is said of its trunk").about(number, "number_trunk_down")
        });
    }
    // Names are called within the house.
    let outside = number.starts_with('+') && trunks.is_empty();
    outside.then(|| {
        let found = format!("nobody outside reaches {number}: there is no trunk");
        Finding::warning(CHECK, found, "add a trunk to the carrier that the number is from")
            .about(number, "number_without_trunk")
    })
}

#[cfg(test)]
mod tests {
    use super::super::{TrunkCase, trunk};
    use super::*;

    fn case<'a>(number: &'a str, trunk: Option<&'a str>) -> NumberCase<'a> {
        NumberCase { number, app_fault: None, trunk }
    }

    fn standing(name: &str, registration: &str, reachable: Option<bool>) -> Finding {
        let problem = (reachable != Some(true)).then_some("403 Forbidden");
        trunk(&TrunkCase { name, registration: Some(registration), reachable, rtt_ms: Some(12), problem })
    }

    #[test]
    fn a_trunk_is_told_with_what_to_do() {
        let told = |registration, reachable| {
            let finding = standing("carrier", registration, reachable);
            (finding.weight, finding.code, finding.found)
        };
        let refused = "carrier is not registered: 403 Forbidden".to_owned();
        assert_eq!(told("failed", None), (Weight::Fault, Some("trunk_refused"), refused));
        assert_eq!(told("none", Some(false)).1, Some("trunk_silent"));
        assert_eq!((told("trying", None).0, told("trying", None).1), (Weight::Warning, Some("trunk_unknown")));
        let fine = "carrier: registered, answers in 12 ms".to_owned();
        assert_eq!(told("registered", Some(true)), (Weight::Ok, None, fine));
    }

    #[test]
    fn a_number_that_leads_nowhere_is_told_by_its_worst_fault() {
        let trunks = [standing("good", "registered", Some(true)), standing("bad", "failed", None)];
        let broken = NumberCase { app_fault: Some("there is no agent `x`".into()), ..case("+4930", Some("gone")) };
        let cases = [
            broken,
            case("+4931", Some("gone")),
            case("+4932", Some("bad")),
            case("+4933", Some("good")),
            case("+4934", None),
        ];
        let found = numbers(&cases, &trunks);
        let codes: Vec<_> =
            found.iter().map(|finding| (finding.about.as_deref().unwrap(), finding.code.unwrap())).collect();
        let wanted = [("+4930", "number_app"), ("+4931", "number_trunk_missing"), ("+4932", "number_trunk_down")];
        assert_eq!(codes, wanted);
        assert!(found.iter().all(|finding| finding.advice.is_some()) && found[0].found.contains("no agent `x`"));
    }

    #[test]
    fn a_number_from_outside_needs_a_trunk_and_a_name_does_not() {
        let alone = numbers(&[case("+4930", None), case("reception", None)], &[]);
        assert_eq!((alone.len(), alone[0].code), (1, Some("number_without_trunk")));
        assert_eq!(numbers(&[case("reception", None)], &[])[0].weight, Weight::Ok);
        assert_eq!(numbers(&[], &[]), []);
    }
}
