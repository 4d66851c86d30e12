//! Reading: order, line ends and unknown lines are forgiven; what an answer depends on is not.

use super::description::{Attribute, Bandwidth, Connection, MediaDescription, Origin, SessionDescription, Timing};

/// Why a session description cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// It does not begin with `v=0`.
    #[error("a session description begins with v=0")]
    NoVersion,
    /// An `m=` line lacks its kind, port, protocol or formats, or its port is no number.
    #[error("line {line}: this media line cannot be read")]
    Media {
        /// The line, counted from 1.
        line: usize,
    },
    /// It has more media lines than [`SessionDescription::MAX_MEDIA`].
    #[error("too many media lines")]
    TooManyMedia,
}

impl SessionDescription {
    /// The most `m=` lines that are read.
    pub const MAX_MEDIA: usize = 64;

    /// Reads a description. Bytes that are no UTF-8 are replaced; any line end is taken; lines of unknown kinds and
    /// unreadable lines are left out, but for `v=` and `m=`, on which an answer depends.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        let text = String::from_utf8_lossy(body);
        let mut lines = text
            .split(['\r', '\n'])
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim_ascii_end()))
            .filter_map(|(at, line)| split_line(line).map(|(kind, value)| (at, kind, value)));
        if lines.next().is_none_or(|(_, kind, value)| kind != 'v' || value.trim_ascii() != "0") {
            return Err(SdpError::NoVersion);
        }
        let mut description = Self { name: "-".into(), ..Self::default() };
        for (line, kind, value) in lines {
            if kind == 'm' {
                if description.media.len() == Self::MAX_MEDIA {
                    return Err(SdpError::TooManyMedia);
                }
                description.media.push(media_line(value).ok_or(SdpError::Media { line })?);
            } else if let Some(media) = description.media.last_mut() {
                media_level(media, kind, value);
            } else {
                session_level(&mut description, kind, value);
            }
        }
        if description.timings.is_empty() {
            description.timings.push(Timing::default());
        }
        Ok(description)
    }
}

fn split_line(line: &str) -> Option<(char, &str)> {
    let line = line.trim_ascii_start();
    let mut chars = line.chars();
    let kind = chars.next()?;
    let value = chars.as_str().strip_prefix('=')?;
    Some((kind.to_ascii_lowercase(), value))
}

fn session_level(description: &mut SessionDescription, kind: char, value: &str) {
    match kind {
        'o' => description.origin = origin(value),
        's' if !value.is_empty() => value.clone_into(&mut description.name),
        'i' => description.information = Some(value.to_owned()),
        'u' | 'e' | 'p' => description.contacts.push((kind, value.to_owned())),
        'c' => description.connection = connection(value).or(description.connection.take()),
        'b' => description.bandwidths.extend(bandwidth(value)),
        't' => description.timings.push(Timing { times: value.to_owned(), repeats: Vec::new() }),
        'r' => {
            if let Some(timing) = description.timings.last_mut() {
                timing.repeats.push(value.to_owned());
            }
        }
        'z' => description.zones = Some(value.to_owned()),
        'k' => description.key = Some(value.to_owned()),
        'a' => description.attributes.extend(attribute(value)),
        _ => {}
    }
}

fn media_level(media: &mut MediaDescription, kind: char, value: &str) {
    match kind {
        'i' => media.information = Some(value.to_owned()),
        'c' => media.connections.extend(connection(value)),
        'b' => media.bandwidths.extend(bandwidth(value)),
        'k' => media.key = Some(value.to_owned()),
        'a' => media.attributes.extend(attribute(value)),
        _ => {}
    }
}

fn origin(value: &str) -> Origin {
    let mut origin = Origin::default();
    let mut parts = value.split_ascii_whitespace();
    let mut next = |into: &mut String| {
        if let Some(part) = parts.next() {
            part.clone_into(into);
        }
    };
    next(&mut origin.username);
    next(&mut origin.session_id);
    next(&mut origin.session_version);
    let mut network = String::new();
    next(&mut network);
    next(&mut origin.address_type);
    next(&mut origin.address);
    origin
}

fn connection(value: &str) -> Option<Connection> {
    let mut parts = value.split_ascii_whitespace();
    let (_network, address_type, address) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Connection { address_type: address_type.to_owned(), address: address.to_owned() })
}

fn bandwidth(value: &str) -> Option<Bandwidth> {
    let (kind, value) = value.split_once(':')?;
    Some(Bandwidth { kind: kind.to_owned(), value: value.to_owned() })
}

fn attribute(value: &str) -> Option<Attribute> {
    let (name, value) = match value.split_once(':') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (value, None),
    };
    let name = name.trim_ascii();
    (!name.is_empty()).then(|| Attribute { name: name.to_owned(), value })
}

fn media_line(value: &str) -> Option<MediaDescription> {
    let mut parts = value.split_ascii_whitespace();
    let (kind, port, protocol) = (parts.next()?, parts.next()?, parts.next()?);
    let (port, port_count) = match port.split_once('/') {
        Some((port, count)) => (port.parse().ok()?, Some(count.parse().ok()?)),
        None => (port.parse().ok()?, None),
    };
    let formats: Vec<String> = parts.map(str::to_owned).collect();
    if formats.is_empty() {
        return None;
    }
    Some(MediaDescription { port_count, ..MediaDescription::new(kind, port, protocol, formats) })
}
