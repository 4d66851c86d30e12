//! All that is kept of one person, as a ZIP: `person.json`, and the sound of its calls and messages.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

use recordings::{Folder, RecordingPath};
use serde_json::{Value, json};
use store::{
    AppointmentFilter, CallFilter, ConsentFilter, ContactRecord, FollowUpFilter, PageRequest, Store, StoreError,
    TicketFilter, VoicemailFilter,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The most calls, messages and so on of one person that are given.
const MOST: u32 = 10_000;

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
            for recording in store.call_recordings(call.id).await? {
                files.push((format!("recordings/{}.wav", recording.id), recording.path));
            }
            let lines: Vec<_> = store.transcript(call.id).await?.lines.iter().map(line_json).collect();
            let mut value = serde_json::to_value(&call).unwrap_or_default();
            value["transcript"] = lines.into();
            value["insights"] = insights(store, call.id).await?;
            value["tools"] = serde_json::to_value(store.tool_uses(call.id).await?).unwrap_or_default();
            calls.push(value);
        }
        page.cursor = some.next;
        if page.cursor.is_none() || calls.len() >= MOST as usize {
            break;
        }
    }
    let page = PageRequest { limit: PageRequest::MAX_LIMIT, cursor: None };
    let voicemails =
        store.voicemails(&VoicemailFilter { contact: Some(contact.id), ..Default::default() }, &page).await?;
    for voicemail in &voicemails.data {
        files.push((format!("voicemails/{}.wav", voicemail.id), voicemail.path.clone()));
    }
    let consents = store.consents(&ConsentFilter { contact: Some(contact.id), ..Default::default() }, &page).await?;
    let tickets = store.tickets(&TicketFilter { contact: Some(contact.id), ..Default::default() }, &page).await?;
    let follow_ups =
        store.follow_ups(&FollowUpFilter { contact: Some(contact.id), ..Default::default() }, &page).await?;
    let appointments = AppointmentFilter { contact: Some(contact.id), ..AppointmentFilter::default() };
    let mut suppressions = store.suppressions_of(&contact.address).await?;
    for other in &contact.numbers {
        suppressions.extend(store.suppressions_of(&other.number).await?);
    }
    let all = json!({
        "times": "ms since 1970-01-01T00:00:00Z",
        "contact": contact,
        "notes": store.notes(contact.id, &page).await?.data,
        "consents": consents.data,
        "suppressions": suppressions,
        "merges": store.merges(contact.id).await?,
        "calls": calls,
        "voicemails": voicemails.data,
        "appointments": store.appointments(&appointments, MOST).await?,
        "tickets": tickets.data,
        "follow_ups": follow_ups.data,
    });
    Ok((all, files))
}

fn line_json(line: &store::LineRecord) -> Value {
    json!({
        "speaker": line.line.speaker, "from_ms": line.line.from_ms, "to_ms": line.line.to_ms, "text": line.line.text,
    })
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
