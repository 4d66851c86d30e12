//! All that is kept of one person, as a ZIP: `person.json`, and the sound of its calls and messages.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use recordings::{Folder, RecordingPath};
use serde_json::{Value, json};
use store::{
    AppointmentFilter, CallFilter, ConsentFilter, ContactRecord, FollowUpFilter, PageRequest, RecordingRecord,
    RecordingState, Store, StoreError, TicketFilter, VoicemailFilter,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The most calls, messages and so on of one person that are given.
const MOST: u32 = 10_000;

/// All pages of a list.
macro_rules! every {
    ($store:ident.$list:ident($of:expr)) => {{
        let mut page = PageRequest { limit: PageRequest::MAX_LIMIT, cursor: None };
        let mut all = Vec::new();
        loop {
            let some = $store.$list($of, &page).await?;
            all.extend(some.data);
            page.cursor = some.next;
            if page.cursor.is_none() || all.len() >= MOST as usize {
                break all;
            }
        }
    }};
}

/// What is known of a person, and the files of its sound with their names in the archive.
pub(crate) async fn gather(
    store: &Store,
    contact: &ContactRecord,
) -> Result<(Value, Vec<(String, String)>), StoreError> {
    let (mut calls, mut files) = (Vec::new(), Vec::new());
    let filter = CallFilter { contact: Some(contact.id), ..CallFilter::default() };
    let mut page = PageRequest { limit: PageRequest::MAX_LIMIT, cursor: None };
    loop {
        let some = store.calls(&filter, &page).await?;
        for call in some.data {
            let recordings = store.call_recordings(call.id).await?;
            // What is being written, or has places that are still to be silenced, is nobody's to hear.
            let whole =
                |recording: &RecordingRecord| matches!(recording.state, RecordingState::Ready | RecordingState::Cut);
            for recording in recordings.into_iter().filter(whole) {
                files.push((format!("recordings/{}.wav", recording.id), recording.path));
            }
            let lines: Vec<_> = store.transcript(call.id).await?.lines.iter().map(line_json).collect();
            let mut value = serde_json::to_value(&call).unwrap_or_default();
            value["transcript"] = lines.into();
            value["insights"] = insights(store, call.id).await?;
            value["review"] = review(store, call.id).await?;
            value["tools"] = serde_json::to_value(store.tool_uses(call.id).await?).unwrap_or_default();
            calls.push(value);
        }
        page.cursor = some.next;
        if page.cursor.is_none() || calls.len() >= MOST as usize {
            break;
        }
    }
    let voicemails = every!(store.voicemails(&VoicemailFilter { contact: Some(contact.id), ..Default::default() }));
    for voicemail in voicemails.iter().filter(|voicemail| !voicemail.held) {
        files.push((format!("voicemails/{}.wav", voicemail.id), voicemail.path.clone()));
    }
    let consents = every!(store.consents(&ConsentFilter { contact: Some(contact.id), ..Default::default() }));
    let tickets = every!(store.tickets(&TicketFilter { contact: Some(contact.id), ..Default::default() }));
    let follow_ups = every!(store.follow_ups(&FollowUpFilter { contact: Some(contact.id), ..Default::default() }));
    let notes = every!(store.notes(contact.id));
    let appointments = AppointmentFilter { contact: Some(contact.id), ..AppointmentFilter::default() };
    let mut suppressions = store.suppressions_of(&contact.address).await?;
    for other in &contact.numbers {
        suppressions.extend(store.suppressions_of(&other.number).await?);
    }
    let all = json!({
        "times": "ms since 1970-01-01T00:00:00Z",
        "contact": contact,
        "notes": notes,
        "consents": consents,
        "suppressions": suppressions,
        "merges": merges(store, contact).await?,
        "calls": calls,
        "voicemails": voicemails,
        "appointments": store.appointments(&appointments, MOST).await?,
        "tickets": tickets,
        "follow_ups": follow_ups,
        "campaigns": campaigns(store, contact).await?,
    });
    Ok((all, files))
}

/// What became part of it. What was taken back is somebody else, and a PIN is nobody's to read.
async fn merges(store: &Store, contact: &ContactRecord) -> Result<Vec<Value>, StoreError> {
    let mut merges = Vec::new();
    for mut merge in store.merges(contact.id).await?.into_iter().filter(|merge| merge.undone_ms.is_none()) {
        merge.undo.pin = None;
        merges.push(serde_json::to_value(&merge).unwrap_or_default());
    }
    Ok(merges)
}

/// Where campaigns have the numbers of the contact, with the attempts.
async fn campaigns(store: &Store, contact: &ContactRecord) -> Result<Vec<Value>, StoreError> {
    let mut numbers = vec![contact.address.clone()];
    numbers.extend(contact.numbers.iter().map(|other| other.number.clone()));
    let mut campaigns = Vec::new();
    for (name, row) in store.campaigns_with(&numbers).await? {
        let attempts = store.attempts_at(row.row).await?;
        campaigns.push(json!({"campaign": name, "contact": row, "attempts": attempts}));
    }
    Ok(campaigns)
}

fn line_json(line: &store::LineRecord) -> Value {
    json!({
        "speaker": line.line.speaker, "from_ms": line.line.from_ms, "to_ms": line.line.to_ms, "text": line.line.text,
    })
}

/// What people made of a call.
async fn review(store: &Store, call: call_model::CallId) -> Result<Value, StoreError> {
    let (mut notes, mut page) = (Vec::new(), PageRequest::default());
    loop {
        let some = store.call_notes(call, &page).await?;
        notes.extend(some.data);
        page.cursor = some.next;
        if page.cursor.is_none() {
            break;
        }
    }
    let (tags, corrections) = (store.call_tags(call).await?, store.corrections(call).await?);
    Ok(serde_json::json!({ "tags": tags, "notes": notes, "corrections": corrections }))
}

async fn insights(store: &Store, call: call_model::CallId) -> Result<Value, StoreError> {
    Ok(serde_json::to_value(store.insights(call).await?).unwrap_or_default())
}

/// Writes the archive into a file that nobody else sees, and gives it from its beginning, with its size. A sound that is
/// gone is left out.
pub(crate) fn write(folder: &Folder, person: &Value, files: &[(String, String)]) -> io::Result<(File, u64)> {
    let mut archive = ZipWriter::new(tempfile::tempfile_in(folder.root())?);
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    archive.start_file("person.json", packed)?;
    archive.write_all(serde_json::to_string_pretty(person)?.as_bytes())?;
    for (name, path) in files {
        let Some(path) = RecordingPath::parse(path) else { continue };
        let Ok(mut sound) = File::open(folder.file(&path)) else { continue };
        archive.start_file(name.as_str(), packed)?;
        io::copy(&mut sound, &mut archive)?;
    }
    let mut file = archive.finish()?;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok((file, size))
}

#[cfg(test)]
mod tests {
    use call_model::{CallId, Direction, RecordingId};
    use store::{ContactChange, NewCall, NewRecording, RecordingEnd, StoreConfig, fresh_id};

    use super::*;

    async fn call(store: &Store, number: &str) -> CallId {
        let call = NewCall {
            id: fresh_id(1),
            direction: Direction::Inbound,
            from: store.address(number),
            to: store.address("reception"),
            number: "reception".into(),
            trunk: None,
            member: None,
            flow: None,
            flow_version: None,
            agent: None,
            agent_version: None,
            language: "en".into(),
            variables: serde_json::Map::new(),
            webhook: None,
            origin: call_model::CallOrigin::default(),
            started_ms: 1,
        };
        let id = call.id;
        store.begin_call(call).await.unwrap();
        id
    }

    #[tokio::test]
    async fn only_what_may_be_heard_and_is_theirs_is_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(StoreConfig::new(folder.path().join("books.db"))).await.unwrap();
        let call = call(&store, "+12025550123").await;
        let states = [None, Some(RecordingState::Ready), Some(RecordingState::Cut), Some(RecordingState::Failed)];
        let mut good = Vec::new();
        for state in states {
            let id: RecordingId = fresh_id(1);
            let path = format!("{id}.wav");
            store.begin_recording(NewRecording { id, call, path, started_ms: 1 }).await.unwrap();
            if let Some(state) = state {
                store.end_recording(RecordingEnd { id, state, bytes: 1, duration_ms: 1, at_ms: 2 }).await.unwrap();
            }
            if matches!(state, Some(RecordingState::Ready | RecordingState::Cut)) {
                good.push(format!("recordings/{id}.wav"));
            }
        }
        let contact = store.contact_by_address(&store.address("+12025550123")).await.unwrap().unwrap();
        let other = store.find_or_make_contact(store.address("+12025550124"), 1).await.unwrap().unwrap();
        let change = ContactChange { name: Some(Some("Somebody Else".into())), ..ContactChange::default() };
        store.change_contact(other.id, change, 1).await.unwrap();
        let merge = store.merge_contacts(contact.id, other.id, None, 2).await.unwrap();
        store.undo_merge(merge.id, 3).await.unwrap();
        for note in 0..250 {
            store.add_note(contact.id, None, &format!("note {note}"), note).await.unwrap();
        }
        let contact = store.contact(contact.id).await.unwrap().unwrap();
        let (person, files) = gather(&store, &contact).await.unwrap();
        let mut names: Vec<_> = files.into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        good.sort_unstable();
        assert_eq!(names, good);
        assert_eq!(person["notes"].as_array().unwrap().len(), 250, "of every page");
        assert!(!person.to_string().contains("Somebody Else"));
    }
}
