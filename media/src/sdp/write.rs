//! Writing, in the order that RFC 8866 section 5 prescribes.

use std::fmt;

use super::description::{Attribute, Bandwidth, Connection, MediaDescription, SessionDescription};

impl fmt::Display for SessionDescription {
    /// Writes the description with CRLF line ends.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        write!(out, "v=0\r\no={} {} {} IN ", origin.username, origin.session_id, origin.session_version)?;
        write!(out, "{} {}\r\n", origin.address_type, origin.address)?;
        line(out, 's', Some(&self.name))?;
        line(out, 'i', self.information.as_deref())?;
        for (kind, value) in &self.contacts {
            line(out, *kind, Some(value))?;
        }
        connections(out, self.connection.as_slice())?;
        bandwidths(out, &self.bandwidths)?;
        for timing in &self.timings {
            line(out, 't', Some(&timing.times))?;
            for repeat in &timing.repeats {
                line(out, 'r', Some(repeat))?;
            }
        }
        line(out, 'z', self.zones.as_deref())?;
        line(out, 'k', self.key.as_deref())?;
        attributes(out, &self.attributes)?;
        self.media.iter().try_for_each(|media| media.fmt(out))
    }
}

impl fmt::Display for MediaDescription {
    /// Writes the `m=` line and those that belong to it, with CRLF line ends.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "m={} {}", self.kind, self.port)?;
        if let Some(count) = self.port_count {
            write!(out, "/{count}")?;
        }
        write!(out, " {}", self.protocol)?;
        for format in &self.formats {
            write!(out, " {format}")?;
        }
        out.write_str("\r\n")?;
        line(out, 'i', self.information.as_deref())?;
        connections(out, &self.connections)?;
        bandwidths(out, &self.bandwidths)?;
        line(out, 'k', self.key.as_deref())?;
        attributes(out, &self.attributes)
    }
}

fn line(out: &mut fmt::Formatter<'_>, kind: char, value: Option<&str>) -> fmt::Result {
    match value {
        Some(value) => write!(out, "{kind}={value}\r\n"),
        None => Ok(()),
    }
}

fn connections(out: &mut fmt::Formatter<'_>, connections: &[Connection]) -> fmt::Result {
    connections.iter().try_for_each(|c| write!(out, "c=IN {} {}\r\n", c.address_type, c.address))
}

fn bandwidths(out: &mut fmt::Formatter<'_>, bandwidths: &[Bandwidth]) -> fmt::Result {
    bandwidths.iter().try_for_each(|b| write!(out, "b={}:{}\r\n", b.kind, b.value))
}

fn attributes(out: &mut fmt::Formatter<'_>, attributes: &[Attribute]) -> fmt::Result {
    attributes.iter().try_for_each(|attribute| match &attribute.value {
        Some(value) => write!(out, "a={}:{}\r\n", attribute.name, value),
        None => write!(out, "a={}\r\n", attribute.name),
    })
}
