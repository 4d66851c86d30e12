//! Appointments: no person has two at a time, in whatever order they are booked, moved and cancelled.

use call_model::AppointmentId;
use proptest::prelude::*;
use store::{
    AppointmentFilter, AppointmentRecord, AppointmentState, DeliveryState, EventFilter, MoveAppointment,
    NewAppointment, PageRequest, StoreError, TimeSpan,
};

use super::support::{Books, CALLER, NOW, inbound};

const MINUTE: i64 = 60_000;

fn span(from: i64, minutes: i64) -> TimeSpan {
    TimeSpan { from_ms: NOW + from * MINUTE, until_ms: NOW + (from + minutes) * MINUTE }
}

fn appointment(persons: &[&str], from: i64, minutes: i64) -> NewAppointment {
    let time = span(from, minutes);
    NewAppointment {
        service: "cleaning".to_owned(),
        persons: persons.iter().map(|&person| person.to_owned()).collect(),
        time,
        busy: TimeSpan { from_ms: time.from_ms, until_ms: time.until_ms + 10 * MINUTE },
        contact: None,
        call: None,
        name: Some("Miller".to_owned()),
        phone: None,
        language: Some("en".to_owned()),
        note: String::new(),
        once: None,
        mirrored: vec!["anna".to_owned()],
    }
}

fn to(id: AppointmentId, persons: &[&str], from: i64, minutes: i64) -> MoveAppointment {
    let NewAppointment { persons, time, busy, mirrored, .. } = appointment(persons, from, minutes);
    MoveAppointment { id, persons, time, busy, mirrored }
}

async fn booked(books: &Books) -> Vec<AppointmentRecord> {
    let filter = AppointmentFilter { state: Some(AppointmentState::Booked), ..Default::default() };
    books.store.appointments(&filter, 10_000).await.unwrap()
}

fn assert_no_double_booking(appointments: &[AppointmentRecord]) {
    for (at, one) in appointments.iter().enumerate() {
        for other in &appointments[at + 1..] {
            assert!(one.person != other.person || !one.busy.overlaps(other.busy), "{one:?} and {other:?}");
        }
    }
}

#[tokio::test]
async fn a_time_is_booked_once_and_the_next_person_has_the_next_caller() {
    let books = Books::open().await;
    let call = inbound(CALLER, NOW);
    let id = call.id;
    let contact = books.store.begin_call(call).await.unwrap();
    let first = NewAppointment { call: Some(id), ..appointment(&["anna", "ben"], 0, 30) };
    let first = books.store.book(first, NOW).await.unwrap().unwrap();
    assert_eq!((first.person.as_str(), first.call, first.sequence), ("anna", Some(id), 0));
    assert_eq!(first.contact, contact.contact.map(|contact| contact.id), "the call's contact has it");
    let second = books.store.book(appointment(&["anna", "ben"], 30, 30), NOW).await.unwrap().unwrap();
    assert_eq!(second.person, "ben", "the time after an appointment is not free either");
    assert_eq!(books.store.book(appointment(&["anna", "ben"], 35, 10), NOW).await.unwrap(), None);
    assert_eq!(books.store.busy(span(0, 5)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_key_books_once_until_it_is_undone() {
    let books = Books::open().await;
    let new = NewAppointment { once: Some("call/book/1".to_owned()), ..appointment(&["anna"], 0, 30) };
    let first = books.store.book(new.clone(), NOW).await.unwrap().unwrap();
    assert_eq!(books.store.book(new.clone(), NOW + 1).await.unwrap().unwrap(), first);
    let cancelled = books.store.cancel_appointment(first.id, Vec::new(), NOW + 2).await.unwrap();
    let again = books.store.cancel_appointment(first.id, Vec::new(), NOW + 3).await.unwrap();
    assert_eq!((again.updated_ms, again.sequence), (cancelled.updated_ms, 1), "cancelled once");
    let second = books.store.book(new, NOW + 4).await.unwrap().unwrap();
    assert_ne!(second.id, first.id);
    let cancellations = EventFilter { kind: Some("appointment.cancelled".to_owned()), ..Default::default() };
    assert_eq!(books.store.events(&cancellations, &PageRequest::default()).await.unwrap().data.len(), 1);
}

#[tokio::test]
async fn moving_keeps_the_old_time_until_the_new_one_is_sure() {
    let books = Books::open().await;
    let hook = books.webhook(&["appointment.moved"]).await;
    let first = books.store.book(appointment(&["anna"], 0, 30), NOW).await.unwrap().unwrap();
    books.store.book(appointment(&["anna"], 60, 30), NOW).await.unwrap().unwrap();
    assert_eq!(books.store.move_appointment(to(first.id, &["anna"], 70, 30), NOW).await.unwrap(), None);
    assert_eq!(books.store.appointment(first.id).await.unwrap().unwrap(), first);
    // Its own time is not in its way.
    let moved = books.store.move_appointment(to(first.id, &["ben", "anna"], 15, 30), NOW).await.unwrap().unwrap();
    assert_eq!((moved.person.as_str(), moved.sequence), ("anna", 1), "who has it keeps it");
    let same = books.store.move_appointment(to(first.id, &["anna"], 15, 30), NOW).await.unwrap().unwrap();
    assert_eq!(same.sequence, 1, "nothing changed");
    let deliveries = books.store.deliveries(hook.id, Some(DeliveryState::Pending), &PageRequest::default()).await;
    assert_eq!(deliveries.unwrap().data.len(), 1);
    books.store.cancel_appointment(first.id, Vec::new(), NOW).await.unwrap();
    let gone = books.store.move_appointment(to(first.id, &["anna"], 200, 30), NOW).await;
    assert!(matches!(gone, Err(StoreError::Conflict(_))));
}

#[tokio::test]
async fn a_calendar_elsewhere_blocks_and_is_told() {
    let books = Books::open().await;
    books.store.set_calendar_blocks("anna", vec![span(0, 60)]).await.unwrap();
    assert_eq!(books.store.book(appointment(&["anna"], 30, 30), NOW).await.unwrap(), None);
    books.store.set_calendar_blocks("anna", Vec::new()).await.unwrap();
    let first = books.store.book(appointment(&["anna"], 30, 30), NOW).await.unwrap().unwrap();
    let moved = to(first.id, &["ben"], 30, 30);
    books.store.move_appointment(moved, NOW).await.unwrap().unwrap();
    let due = books.store.claim_errands(NOW, 1_000, 10).await.unwrap();
    let whom: Vec<_> = due.iter().map(|errand| errand.body["person"].as_str().unwrap()).collect();
    assert_eq!(whom, ["anna", "anna"], "ben's calendar is here only");
    books.store.errand_added().await;
}

#[derive(Debug, Clone)]
enum Step {
    Book { persons: Vec<&'static str>, from: i64, minutes: i64 },
    Move { which: usize, persons: Vec<&'static str>, from: i64, minutes: i64 },
    Cancel { which: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let persons = prop::sample::subsequence(vec!["anna", "ben", "carla"], 1..=3).prop_shuffle();
    let time = (0i64..40, 1i64..9).prop_map(|(from, length)| (from * 15, length * 15));
    let step = prop_oneof![
        3 => (persons.clone(), time.clone()).prop_map(|(persons, (from, minutes))| Step::Book { persons, from, minutes }),
        2 => (0usize..30, persons, time)
            .prop_map(|(which, persons, (from, minutes))| Step::Move { which, persons, from, minutes }),
        1 => (0usize..30).prop_map(|which| Step::Cancel { which }),
    ];
    prop::collection::vec(step, 1..60)
}

async fn take(books: &Books, known: &[AppointmentId], step: Step) -> Option<AppointmentId> {
    let which = |which: usize| (!known.is_empty()).then(|| known[which % known.len()]);
    match step {
        Step::Book { persons, from, minutes } => {
            books.store.book(appointment(&persons, from, minutes), NOW).await.unwrap().map(|record| record.id)
        }
        Step::Move { which: at, persons, from, minutes } => {
            let moved = books.store.move_appointment(to(which(at)?, &persons, from, minutes), NOW).await;
            assert!(matches!(moved, Ok(_) | Err(StoreError::Conflict(_))));
            None
        }
        Step::Cancel { which: at } => {
            books.store.cancel_appointment(which(at)?, Vec::new(), NOW).await.unwrap();
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nobody_has_two_appointments_at_a_time_in_whatever_order(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let books = Books::open().await;
            let mut known = Vec::new();
            for step in steps {
                known.extend(take(&books, &known, step).await);
                assert_no_double_booking(&booked(&books).await);
            }
        });
    }

    #[test]
    fn nobody_has_two_appointments_at_a_time_from_calls_at_the_same_time(calls in prop::collection::vec(steps(), 2..6)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let books = std::sync::Arc::new(Books::open().await);
            let tasks: Vec<_> = calls.into_iter().map(|steps| {
                let books = books.clone();
                tokio::spawn(async move {
                    let mut known = Vec::new();
                    for step in steps {
                        known.extend(take(&books, &known, step).await);
                    }
                })
            }).collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_no_double_booking(&booked(&books).await);
        });
    }
}
