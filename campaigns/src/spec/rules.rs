//! A campaign's own rules beside the house's.

use permission::{Caps, Purpose, Rules};

use super::Spec;

/// Where a campaign asks for more than the house permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Looser {
    /// The window.
    #[error("`window` is wider than the house's for this purpose: narrow it, or widen the house's in `[outreach]`")]
    Window,
    /// A cap.
    #[error(
        "a cap under `caps` is higher than the house's for this purpose: lower it, or raise the house's in `[outreach]`"
    )]
    Caps,
    /// The ring.
    #[error("`ring` is shorter than the house's: lengthen it, or shorten the house's in `[outreach]`")]
    Ring,
}

impl Spec {
    /// The rules for the campaign: the house's for its purpose, made stricter. An emergency and a one-time code may
    /// also be looser.
    pub fn rules(&self, house: &Rules) -> Result<Rules, Looser> {
        let mut rules = house.clone();
        if matches!(self.purpose, Purpose::Emergency | Purpose::Code) {
            rules.window = self.window.clone().or(rules.window);
            rules.caps = merged(self.caps, house.caps, |own, _| own);
        } else {
            if let Some(own) = &self.window {
                let within = house.window.as_ref().map_or_else(|| own.clone(), |window| own.within(window));
                if within != own.within(own) {
                    return Err(Looser::Window);
                }
                rules.window = Some(within);
            }
            let caps = merged(self.caps, house.caps, u32::min);
            if caps != merged(self.caps, house.caps, |own, _| own) {
                return Err(Looser::Caps);
            }
            rules.caps = caps;
        }
        if let Some(ring) = self.ring {
            let ring = u16::try_from(ring.as_secs()).unwrap_or(u16::MAX);
            if ring < house.ring_s {
                return Err(Looser::Ring);
            }
            rules.ring_s = ring;
        }
        Ok(rules)
    }
}

/// 0 is no limit.
fn merged(own: Caps, house: Caps, choose: impl Fn(u32, u32) -> u32) -> Caps {
    let cap = |own: u32, house: u32| match (own, house) {
        (0, house) => house,
        (own, 0) => own,
        (own, house) => choose(own, house),
    };
    Caps {
        day: cap(own.day, house.day),
        week: cap(own.week, house.week),
        days30: cap(own.days30, house.days30),
        campaign: cap(own.campaign, house.campaign),
    }
}

#[cfg(test)]
mod tests {
    use permission::Week;

    use super::*;

    fn spec(purpose: &str, rest: &str) -> Spec {
        Spec::parse(&format!("name: a\npurpose: {purpose}\nflow: a\n{rest}")).unwrap()
    }

    #[test]
    fn a_campaign_may_be_stricter() {
        let own = spec("reminder", "window: Mon-Fri 10:00-12:00\ncaps: { per_day: 1 }\nring: 30s");
        let house = Rules::new(Purpose::Reminder);
        let rules = own.rules(&house).unwrap();
        assert_eq!(rules.window, Some(Week::parse("Mon-Fri 10:00-12:00").unwrap()));
        assert_eq!((rules.caps.day, rules.caps.days30, rules.ring_s), (1, house.caps.days30, 30));
    }

    #[test]
    fn a_campaign_may_not_be_looser_but_in_an_emergency() {
        let house = Rules::new(Purpose::Reminder);
        assert_eq!(spec("reminder", "window: Mon-Sun 09:00-20:00").rules(&house), Err(Looser::Window));
        assert_eq!(spec("reminder", "caps: { per_day: 9 }").rules(&house), Err(Looser::Caps));
        let strict = Rules { ring_s: 30, ..house.clone() };
        assert_eq!(spec("reminder", "ring: 20s").rules(&strict), Err(Looser::Ring));
        let rules = spec("emergency", "window: always\ncaps: { per_day: 9 }").rules(&house).unwrap();
        assert_eq!((rules.window, rules.caps.day), (Some(Week::parse("always").unwrap()), 9));
    }
}
