//! The clock is set back: what waits for a time that is counted from something is moved along.

use store::{
    AttemptEnd, AttemptOutcome, CampaignState, CampaignStep, Judgement, NewAttempt, NewCampaign, NewCampaignContact,
    PinDigest, PinTry, fresh_id,
};

use crate::support::{Books, NOW};

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_retry_is_moved_and_a_time_of_the_day_stays() {
    let books = Books::open().await;
    let store = &books.store;
    let new = NewCampaign { name: "reminders".into(), yaml: "name: reminders".into() };
    let campaign = store.add_campaign(new, NOW).await.unwrap();
    let contact = |(number, due_ms): (&str, i64)| NewCampaignContact {
        number: number.into(),
        due_ms,
        ..NewCampaignContact::default()
    };
    let contacts = [("+4930901821", NOW + HOUR), ("+4930901822", 0), ("+4930901823", 0)].map(contact);
    store.add_campaign_contacts(campaign.id, contacts.to_vec(), NOW).await.unwrap();
    let from = &[CampaignState::Draft];
    let step = CampaignStep { id: campaign.id, from, to: CampaignState::Running, reason: None, now_ms: NOW };
    store.step_campaign(step).await.unwrap();
    let waiting = store.waiting_contacts(campaign.row, 0, 10).await.unwrap();
    let rows: Vec<i64> = waiting.iter().map(|contact| contact.row).collect();
    for (row, outcome) in [(rows[1], AttemptOutcome::NoAnswer), (rows[2], AttemptOutcome::CallBack)] {
        let call = fresh_id(NOW);
        let attempt = NewAttempt {
            contact: row,
            number: "+4930901820".into(),
            call,
            trunk: None,
            shown: None,
            variant: None,
            rate: None,
            message_for_machines: false,
            unsure_is_machine: false,
            number_index: 0,
            reason: None,
            now_ms: NOW,
        };
        assert_eq!(store.begin_attempts(vec![attempt]).await.unwrap(), [true]);
        let end = AttemptEnd { call, outcome, reason: String::new(), later_ms: None, now_ms: NOW };
        store.end_attempt(end).await.unwrap();
        let again = Judgement::Again { due_ms: NOW + HOUR, number_index: 0 };
        store.judge_contact(row, again, NOW).await.unwrap();
    }
    assert_eq!(store.clock_steps(), 0);
    store.clock_set_back(2 * HOUR.unsigned_abs()).await.unwrap();
    assert_eq!(store.clock_steps(), 1);
    let waiting = store.waiting_contacts(campaign.row, 0, 10).await.unwrap();
    let due: Vec<i64> = waiting.iter().map(|contact| contact.due_ms - NOW).collect();
    assert_eq!(due, [HOUR, -HOUR, HOUR], "the first is for a time of the day, and so is the call-back");
}

#[tokio::test]
async fn a_pin_is_taken_again_an_hour_after_the_wrong_ones() {
    let books = Books::open().await;
    let store = &books.store;
    let anna = store::Address::parse("+4930901820", "DE");
    let anna = store.find_or_make_contact(anna, NOW).await.unwrap().unwrap().id;
    let digest = PinDigest { salt: "salt".into(), digest: "digest".into() };
    store.set_pin(anna, Some(digest), NOW).await.unwrap();
    for _ in 0..3 {
        store.try_pin(anna, NOW).await.unwrap();
    }
    assert_eq!(store.try_pin(anna, NOW).await.unwrap(), PinTry::Locked { until_ms: NOW + HOUR });
    store.clock_set_back(2 * HOUR.unsigned_abs()).await.unwrap();
    assert_eq!(store.try_pin(anna, NOW - 2 * HOUR).await.unwrap(), PinTry::Locked { until_ms: NOW - HOUR });
    assert!(matches!(store.try_pin(anna, NOW - HOUR).await.unwrap(), PinTry::Open { .. }));
}
