//! Recordings over HTTP, whole and in parts.

use store::{NewRecording, NewVoicemail, RecordingEnd, RecordingState, fresh_id};

use crate::support::{NOW, Surface, inbound, read};

const PATH: &str = "2025/06/15/sound.wav";

/// A stereo WAV of 16-bit samples at 8 kHz: 44 bytes of header and `frames` times 4.
fn wav(frames: u32) -> Vec<u8> {
    let data = frames * 4;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    for half in [1u16, 2] {
        file.extend(half.to_le_bytes());
    }
    file.extend(8_000u32.to_le_bytes());
    file.extend(32_000u32.to_le_bytes());
    for half in [4u16, 16] {
        file.extend(half.to_le_bytes());
    }
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend((0..data).map(|at| at as u8));
    file
}

#[tokio::test]
async fn a_recording_is_sent_whole_or_in_part() {
    let surface = Surface::start().await;
    let call = inbound(NOW);
    let id = call.id;
    surface.store.begin_call(call).await.unwrap();
    let path = format!("/v1/calls/{id}/recording");
    assert!(surface.get(&path).await.problem(404).contains("no recording"));
    let recording = NewRecording { id: fresh_id(NOW), call: id, path: PATH.to_owned(), started_ms: NOW };
    surface.store.begin_recording(recording.clone()).await.unwrap();
    assert!(surface.get(&path).await.problem(409).contains("recording.ready"));
    let end = RecordingEnd { id: recording.id, state: RecordingState::Ready, bytes: 444, duration_ms: 12, at_ms: NOW };
    surface.store.end_recording(end).await.unwrap();
    surface.get(&path).await.problem(404);

    let file = wav(100);
    let place = surface.folder.path().join("recordings").join(PATH);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, &file).unwrap();

    let whole = surface.request("GET", &path).send().await.unwrap();
    assert_eq!(whole.status(), 200);
    assert_eq!(whole.headers()["content-type"], "audio/wav");
    assert_eq!(whole.headers()["accept-ranges"], "bytes");
    assert_eq!(whole.headers()["content-length"], "444");
    assert!(whole.headers()["content-disposition"].to_str().unwrap().contains(&format!("{id}.wav")));
    assert_eq!(whole.bytes().await.unwrap(), file);

    let head = surface.request("HEAD", &path).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "444"));

    for (range, from, to) in
        [("bytes=0-43", 0, 43), ("bytes=440-", 440, 443), ("bytes=-4", 440, 443), ("bytes=400-9999", 400, 443)]
    {
        let part = surface.request("GET", &path).header("range", range).send().await.unwrap();
        assert_eq!(part.status(), 206, "{range}");
        assert_eq!(part.headers()["content-range"].to_str().unwrap(), format!("bytes {from}-{to}/444"));
        assert_eq!(part.bytes().await.unwrap(), file[from..=to], "{range}");
    }
    let beyond = read(surface.request("GET", &path).header("range", "bytes=444-")).await;
    beyond.problem(416);
    assert_eq!(beyond.header("content-range"), "bytes */444");
    for odd in ["bytes=5-2", "bytes=0-1,5-6", "pages=1-2"] {
        let answer = surface.request("GET", &path).header("range", odd).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{odd}");
    }
}

#[tokio::test]
async fn a_voicemail_is_heard_and_its_file_goes_with_it() {
    let surface = Surface::start().await;
    let call = surface.ended_call(NOW).await;
    let voicemail = NewVoicemail {
        id: fresh_id(NOW),
        mailbox: "reception".to_owned(),
        call,
        path: PATH.to_owned(),
        bytes: 444,
        duration_ms: 12,
        offset_ms: None,
        created_ms: NOW,
    };
    let id = surface.store.add_voicemail(voicemail).await.unwrap().id;
    let place = surface.folder.path().join("recordings").join(PATH);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, wav(100)).unwrap();
    let audio = surface.request("GET", &format!("/v1/voicemails/{id}/audio")).send().await.unwrap();
    assert_eq!((audio.status().as_u16(), audio.bytes().await.unwrap().len()), (200, 444));
    surface.delete(&format!("/v1/voicemails/{id}")).await.ok(204);
    assert!(!place.exists());
}
