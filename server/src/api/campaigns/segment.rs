//! Campaigns over a segment: who of the contacts is in it now, as rows that a campaign can call.

use std::collections::{BTreeMap, HashMap};

use call_model::ContactId;
use campaigns::audience::{Defaults, Person, Row, row_of_person};
use campaigns::{Phone, Spec, Start};
use ivr::Expression;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use store::{CampaignContactRecord, CampaignRecord, ContactRecord, NewCampaignContact, Store, StoreError};
use utoipa::ToSchema;

use super::super::now_ms;
use super::super::problem::Problem;
use super::super::state::ApiState;
use super::super::wire::Time;
use super::contacts::plan_row;
use super::desk;
use crate::people::segment::members;

/// Contacts in one page, and so in one write.
const AT_ONCE: usize = 500;

/// Contacts that are looked at for one page.
const LOOKED_AT: usize = 20_000;

/// Contacts of a segment that a dry run goes through.
const MOST_TRIED: usize = 100_000;

/// Faults and duplicates that are told.
const MOST_TOLD: usize = 100;

/// A segment cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SegmentError {
    /// The books cannot be used.
    #[error(transparent)]
    Books(#[from] StoreError),
    /// What is wrong with it, for who wrote it.
    #[error("{0}")]
    Unfit(String),
}

impl From<SegmentError> for Problem {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Books(error) => error.into(),
            SegmentError::Unfit(why) => Self::invalid(why),
        }
    }
}

/// What came of asking a segment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct AskedStory {
    /// When it was asked.
    #[serde(deserialize_with = "time")]
    pub(super) asked_at: Time,
    /// Contacts of it that can be called.
    pub(super) contacts: u64,
    /// Contacts of it that cannot: they have no number, or what is said cannot be filled in for them.
    pub(super) bad: u64,
    /// What is wrong with them; at most 100.
    pub(super) faults: Vec<ContactFault>,
    /// Contacts whose number an earlier one has: left out; at most 100.
    pub(super) duplicates: Vec<ContactDouble>,
}

/// A moment, as it is written.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    let text = String::deserialize(deserializer)?;
    let at = text.parse::<jiff::Timestamp>().map_err(serde::de::Error::custom)?;
    Ok(Time(at.as_millisecond()))
}

/// What is wrong with a contact of a segment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ContactFault {
    /// The contact.
    #[schema(value_type = String, example = "contact_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    contact: ContactId,
    /// What is wrong, and what to do.
    message: String,
}

/// A contact that has the number of an earlier one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ContactDouble {
    /// The contact.
    #[schema(value_type = String)]
    contact: ContactId,
    /// The earlier one.
    #[schema(value_type = String)]
    of: ContactId,
}

/// A segment that is being asked, page by page.
pub(crate) struct Segment {
    expression: Expression,
    defaults: Defaults,
    after: Option<ContactId>,
    over: bool,
    /// Numbers with whose they are.
    seen: HashMap<Phone, ContactId>,
    story: AskedStory,
}

impl Segment {
    /// Begins to ask the segment of a campaign. `house`: what holds where neither a contact nor the campaign says.
    pub(crate) async fn open(store: &Store, spec: &Spec, house: &Defaults) -> Result<Self, SegmentError> {
        let text = spec.segment.as_deref().unwrap_or_default().trim();
        let expression = match store.segment(text).await? {
            Some(kept) => Expression::parse(&kept.expression).map_err(|why| unreadable(&why))?,
            None => Self::written(text)?,
        };
        let story = AskedStory { asked_at: Time(now_ms()), contacts: 0, bad: 0, faults: vec![], duplicates: vec![] };
        Ok(Self { expression, defaults: house.clone(), after: None, over: false, seen: HashMap::new(), story })
    }

    /// What stands in the campaign's text itself. A segment that is not there, or not any more, is none: its name would be
    /// true of nobody.
    fn written(text: &str) -> Result<Expression, SegmentError> {
        let absent = |also: &str| {
            SegmentError::Unfit(format!(
                "`segment`: there is no segment `{text}`{also}; name one of GET /v1/segments, or write an expression \
                 over `contact` such as 'vip' in contact.tags"
            ))
        };
        if !text.contains("contact") {
            return Err(absent(""));
        }
        let expression = Expression::parse(text).map_err(|why| unreadable(&why))?;
        match expression.unknown(&["contact"]).first() {
            Some(name) => Err(absent(&format!(", and an expression knows no `{name}`"))),
            None => Ok(expression),
        }
    }

    /// The next of those who are in it and can be called; empty pages may lie between. `None`: there are no more.
    pub(crate) async fn next(
        &mut self,
        store: &Store,
        spec: &Spec,
    ) -> Result<Option<Vec<NewCampaignContact>>, StoreError> {
        if self.over {
            return Ok(None);
        }
        let (found, after) = members(store, &self.expression, self.after, AT_ONCE, LOOKED_AT).await?;
        (self.over, self.after) = (after.is_none(), after);
        Ok(Some(found.into_iter().filter_map(|contact| self.take(spec, contact)).collect()))
    }

    fn take(&mut self, spec: &Spec, contact: ContactRecord) -> Option<NewCampaignContact> {
        let (id, country, region) = (contact.id, contact.country.clone(), contact.region.clone());
        let row = row_of_person(person_of(contact), &spec.audience, &self.defaults);
        match row.and_then(|row: Row| Ok((row.number, plan_row(spec, &row, String::new())?))) {
            Ok((number, planned)) => {
                if let Some(of) = self.seen.get(&number) {
                    if self.story.duplicates.len() < MOST_TOLD {
                        self.story.duplicates.push(ContactDouble { contact: id, of: *of });
                    }
                    return None;
                }
                self.seen.insert(number, id);
                self.story.contacts += 1;
                Some(NewCampaignContact { country, region, ..planned })
            }
            Err(message) => {
                self.story.bad += 1;
                if self.story.faults.len() < MOST_TOLD {
                    self.story.faults.push(ContactFault { contact: id, message });
                }
                None
            }
        }
    }

    /// The first of those who can be called.
    pub(super) async fn first(
        mut self,
        store: &Store,
        spec: &Spec,
    ) -> Result<Option<CampaignContactRecord>, StoreError> {
        while let Some(page) = self.next(store, spec).await? {
            if let Some(contact) = page.into_iter().next() {
                return Ok(Some(contact.into_record(0)));
            }
        }
        Ok(None)
    }

    /// What came of it so far, as the books keep it.
    pub(crate) fn told(&self) -> Value {
        serde_json::to_value(&self.story).unwrap_or_default()
    }
}

fn unreadable(why: &str) -> SegmentError {
    SegmentError::Unfit(format!("`segment` cannot be read: {why}; write it as 'vip' in contact.tags"))
}

fn person_of(contact: ContactRecord) -> Person {
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let fields: BTreeMap<String, String> =
        contact.fields.into_iter().map(|(name, value)| (name, text(value))).collect();
    Person {
        number: contact.number,
        others: contact.numbers.into_iter().map(|other| other.number).collect(),
        name: contact.name,
        language: contact.language,
        time_zone: contact.time_zone,
        country: contact.country,
        fields,
    }
}

/// Whether the segment that a campaign names can be asked.
pub(super) async fn check(state: &ApiState, spec: &Spec) -> Result<(), Problem> {
    if spec.segment.is_some() {
        Segment::open(state.store(), spec, &Defaults::default()).await?;
    }
    Ok(())
}

/// A campaign over a segment takes nobody from elsewhere: the next asking would leave them out.
pub(super) fn has_none(spec: &Spec) -> Result<(), Problem> {
    if spec.segment.is_none() {
        return Ok(());
    }
    let detail = "the campaign calls those of its segment, and nobody else: take `segment` out of its text, or add the \
                  contacts with `callwright contacts import`";
    Err(Problem::invalid(detail))
}

/// Whom the segment of a campaign has now, where it is to be asked before anybody is called: it was not yet, or the next
/// round asks it anew. Nothing is written.
pub(super) async fn ask_now(
    state: &ApiState,
    campaign: &CampaignRecord,
    spec: &Spec,
) -> Result<Option<(Vec<CampaignContactRecord>, AskedStory)>, Problem> {
    if spec.segment.is_none() {
        return Ok(None);
    }
    let again = matches!(spec.schedule.start, Start::Every(_));
    if campaign.asked_ms.is_some() && (!again || !state.store().waiting_contacts(campaign.row, 0, 1).await?.is_empty())
    {
        return Ok(None);
    }
    let mut segment = Segment::open(state.store(), spec, &desk(state)?.defaults()).await?;
    let mut contacts = Vec::new();
    while let Some(page) = segment.next(state.store(), spec).await? {
        if contacts.len() + page.len() > MOST_TRIED {
            let detail = format!(
                "a dry run goes through {MOST_TRIED} contacts of a segment at most, and this one has more: try a \
                 narrower one"
            );
            return Err(Problem::invalid(detail));
        }
        for contact in page {
            let row = contacts.len() as i64 + 1;
            contacts.push(contact.into_record(row));
        }
    }
    Ok(Some((contacts, segment.story)))
}

/// What came of the last asking, as the books have it.
pub(super) fn last_asked(campaign: &CampaignRecord) -> Option<AskedStory> {
    serde_json::from_value(campaign.asked.clone()?).ok()
}

#[cfg(test)]
mod tests {
    use store::{Address, ContactChange, StoreConfig};

    use super::*;

    #[test]
    fn a_segment_that_is_not_there_is_not_taken_for_an_expression_that_is_true_of_nobody() {
        for name in ["vips", "contacts", "contacts-vip", "contact-vip", "old_contacts"] {
            let refused = Segment::written(name).unwrap_err().to_string();
            assert!(refused.contains(&format!("no segment `{name}`")), "{refused}");
        }
        assert!(Segment::written("'vip' in contact.tags and contact.orders > 3").is_ok());
    }

    #[tokio::test]
    async fn whoever_of_a_segment_cannot_be_called_is_told_by_contact() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let mut ids = Vec::new();
        for (address, tag, room) in [
            (Address::Number("+4930901820".into()), "vip", Some("7")),
            (Address::Number("+4930901821".into()), "vip", None),
            (Address::Other("sip:anna@example.org".into()), "vip", Some("7")),
            (Address::Number("+4930901822".into()), "other", Some("7")),
        ] {
            let contact = store.find_or_make_contact(address, 0).await.unwrap().unwrap();
            let fields = room.map(|room| ("room".to_owned(), Value::from(room))).into_iter().collect();
            let change = ContactChange { tags: Some(vec![tag.into()]), fields, ..ContactChange::default() };
            ids.push(store.change_contact(contact.id, change, 0).await.unwrap().id);
        }
        let yaml = "name: a\npurpose: reminder\nflow: x\nvariables: { room: \"{{ fields.room }}\" }\n";
        let spec = Spec::parse(&Spec::with_segment(yaml, "'vip' in contact.tags")).unwrap();
        let mut segment = Segment::open(&store, &spec, &Defaults::default()).await.unwrap();
        let mut numbers = Vec::new();
        while let Some(page) = segment.next(&store, &spec).await.unwrap() {
            numbers.extend(page.into_iter().map(|contact| contact.number));
        }
        assert_eq!(numbers, ["+4930901820"]);
        let story: AskedStory = serde_json::from_value(segment.told()).unwrap();
        assert_eq!((story.contacts, story.bad), (1, 2));
        let faults: Vec<_> =
            story.faults.iter().map(|fault| (fault.contact, fault.message.contains("number"))).collect();
        assert_eq!(faults, [(ids[1], false), (ids[2], true)], "{:?}", story.faults);
    }
}
