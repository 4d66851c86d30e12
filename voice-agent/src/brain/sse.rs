//! Server-sent events, as bytes come in. <https://html.spec.whatwg.org/multipage/server-sent-events.html>

/// The longest event, bytes. A model's piece is far below.
const MAX_EVENT: usize = 1024 * 1024;

/// An event was longer than a megabyte, or not UTF-8.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Cuts bytes into events. Only the data is kept: both formats name the event within it too.
#[derive(Default)]
pub struct Reader {
    bytes: Vec<u8>,
    /// Up to here `bytes` was searched for the end of a line.
    searched: usize,
    data: Option<String>,
}

impl Reader {
    /// Takes bytes in and gives the data of each event that is complete.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
        self.bytes.extend_from_slice(bytes);
        let mut events = Vec::new();
        let mut from = 0;
        while let Some(length) = self.bytes[from.max(self.searched)..].iter().position(|byte| *byte == b'\n') {
            let end = from.max(self.searched) + length;
            let line = std::str::from_utf8(&self.bytes[from..end]).map_err(|_| Unreadable)?;
            let line = line.strip_suffix('\r').unwrap_or(line);
            take_line(&mut self.data, line, &mut events);
            from = end + 1;
        }
        self.bytes.drain(..from);
        self.searched = self.bytes.len();
        if self.bytes.len() + self.data.as_ref().map_or(0, String::len) > MAX_EVENT {
            return Err(Unreadable);
        }
        Ok(events)
    }

    /// The stream ended. Strictly the last event needs an empty line after it; some servers forget it.
    pub fn finish(mut self) -> Vec<String> {
        let mut events = self.feed(b"\n").unwrap_or_default();
        events.extend(self.data.take());
        events
    }
}

fn take_line(data: &mut Option<String>, line: &str, events: &mut Vec<String>) {
    if line.is_empty() {
        events.extend(data.take());
        return;
    }
    let Some(value) = line.strip_prefix("data:").or((line == "data").then_some("")) else { return };
    let value = value.strip_prefix(' ').unwrap_or(value);
    match data {
        Some(data) => {
            data.push('\n');
            data.push_str(value);
        }
        None => *data = Some(value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = ": hello\r\ndata: {\"a\":\"ü\"}\r\n\r\nevent: x\ndata: one\ndata: two\nid: 3\n\n\n\ndata:last";

    fn read_in(sizes: &[usize]) -> Vec<String> {
        let mut reader = Reader::default();
        let mut rest = STREAM.as_bytes();
        let mut events = Vec::new();
        let mut sizes = sizes.iter().copied().cycle();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(sizes.next().unwrap_or(1).clamp(1, rest.len()));
            events.extend(reader.feed(now).unwrap());
            rest = later;
        }
        events.extend(reader.finish());
        events
    }

    proptest! {
        #[test]
        fn however_bytes_are_cut_the_events_are_the_same(sizes in prop::collection::vec(1usize..20, 1..8)) {
            prop_assert_eq!(read_in(&sizes), ["{\"a\":\"ü\"}", "one\ntwo", "last"]);
        }

        #[test]
        fn any_bytes_are_survived(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..10)) {
            let mut reader = Reader::default();
            for chunk in &chunks {
                let _ = reader.feed(chunk);
            }
            reader.finish();
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut reader = Reader::default();
        let long = vec![b'x'; MAX_EVENT];
        assert_eq!(reader.feed(&long), Ok(vec![]));
        assert_eq!(reader.feed(b"xx"), Err(Unreadable));
    }
}
