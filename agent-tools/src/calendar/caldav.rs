//! Appointments in calendars elsewhere, by CalDAV (RFC 4791): each is one resource, put and deleted by us; and when a
//! person is busy otherwise.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::{Client, Method, StatusCode, header};
use store::{AppointmentRecord, TimeSpan};

use super::ics;

/// The largest answer that is read, bytes.
const MAX_ANSWER: usize = 4 << 20;
/// The longest that one request may take.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// A person's calendar elsewhere.
#[derive(Clone)]
pub struct Remote {
    /// Key of the person.
    pub person: String,
    /// Address of the collection.
    pub url: String,
    /// User name for Basic authentication; empty for none.
    pub user: String,
    /// Password.
    pub password: String,
    /// When the person is busy otherwise is read from there too.
    pub read_busy: bool,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote")
            .field("person", &self.person)
            .field("read_busy", &self.read_busy)
            .finish_non_exhaustive()
    }
}

/// The other calendar did not do it. The text holds no address: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// There was no answer.
    #[error("the calendar does not answer")]
    Unreachable,
    /// It refused.
    #[error("the calendar answered {0}")]
    Status(u16),
    /// What it said is no list of busy times.
    #[error("the calendar's answer cannot be read")]
    Unreadable,
}

impl Remote {
    fn resource(&self, appointment: &AppointmentRecord) -> String {
        format!("{}/{}.ics", self.url.trim_end_matches('/'), appointment.id)
    }

    fn request(&self, client: &Client, method: Method, url: &str) -> reqwest::RequestBuilder {
        let request = client.request(method, url).timeout(TIME_LIMIT);
        if self.user.is_empty() { request } else { request.basic_auth(&self.user, Some(&self.password)) }
    }

    /// Puts an appointment there, over what was there of it (RFC 4791 section 5.3.2).
    pub async fn put(&self, client: &Client, appointment: &AppointmentRecord, ics: String) -> Result<(), RemoteError> {
        let request = self.request(client, Method::PUT, &self.resource(appointment));
        let request = request.header(header::CONTENT_TYPE, "text/calendar; charset=utf-8").body(ics);
        let answer = request.send().await.map_err(|_| RemoteError::Unreachable)?;
        if answer.status().is_success() { Ok(()) } else { Err(RemoteError::Status(answer.status().as_u16())) }
    }

    /// Takes an appointment out; one that is not there is out.
    pub async fn delete(&self, client: &Client, appointment: &AppointmentRecord) -> Result<(), RemoteError> {
        let request = self.request(client, Method::DELETE, &self.resource(appointment));
        let answer = request.send().await.map_err(|_| RemoteError::Unreachable)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(()),
            status => Err(RemoteError::Status(status.as_u16())),
        }
    }

    /// When the person is busy, whatever for: the server works out what is repeated (RFC 4791 section 7.10).
    pub async fn busy(&self, client: &Client, within: TimeSpan) -> Result<Vec<TimeSpan>, RemoteError> {
        let method = Method::from_bytes(b"REPORT").unwrap_or(Method::POST);
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<C:free-busy-query xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
             <C:time-range start=\"{}\" end=\"{}\"/></C:free-busy-query>",
            ics::utc(within.from_ms),
            ics::utc(within.until_ms)
        );
        let request = self.request(client, method, &self.url);
        let request = request.header("depth", "1").header(header::CONTENT_TYPE, "application/xml; charset=utf-8");
        let mut answer = request.body(body).send().await.map_err(|_| RemoteError::Unreachable)?;
        if !answer.status().is_success() {
            return Err(RemoteError::Status(answer.status().as_u16()));
        }
        let mut text = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| RemoteError::Unreachable)? {
            if text.len() + chunk.len() > MAX_ANSWER {
                return Err(RemoteError::Unreadable);
            }
            text.extend_from_slice(&chunk);
        }
        read_busy(&String::from_utf8_lossy(&text)).ok_or(RemoteError::Unreadable)
    }
}

/// The busy times of a `VFREEBUSY` (RFC 5545 section 3.6.4); `None` when it is none.
fn read_busy(text: &str) -> Option<Vec<TimeSpan>> {
    let text = text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    text.contains("BEGIN:VFREEBUSY").then_some(())?;
    let mut busy = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("FREEBUSY")) {
        let (name, periods) = line.split_once(':')?;
        if name.to_ascii_uppercase().contains("FBTYPE=FREE") {
            continue;
        }
        for period in periods.split(',') {
            let (from, until) = period.split_once('/')?;
            let from = moment(from)?;
            let until = match until.strip_prefix(['P', 'p']) {
                // In UTC, where each day has 24 hours: `P1D` is common for whole days.
                Some(_) => {
                    from.to_zoned(TimeZone::UTC).checked_add(until.parse::<jiff::Span>().ok()?).ok()?.timestamp()
                }
                None => moment(until)?,
            };
            if from < until {
                busy.push(TimeSpan { from_ms: from.as_millisecond(), until_ms: until.as_millisecond() });
            }
        }
    }
    Some(busy)
}

fn moment(text: &str) -> Option<Timestamp> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", text.trim()).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// What of the busy times is not by our own appointments, which the other calendar holds too.
pub fn without(busy: Vec<TimeSpan>, own: &[TimeSpan]) -> Vec<TimeSpan> {
    let mut rest = busy;
    for own in own {
        rest = rest
            .into_iter()
            .flat_map(|block| {
                let before = TimeSpan { from_ms: block.from_ms, until_ms: block.until_ms.min(own.from_ms) };
                let after = TimeSpan { from_ms: block.from_ms.max(own.until_ms), until_ms: block.until_ms };
                [before, after]
            })
            .filter(|span| span.from_ms < span.until_ms)
            .collect();
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_times_are_read() {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY;FBTYPE=BUSY:20261124T130000Z/PT1H,20261124T1500\r\n \
                    00Z/20261124T153000Z\r\nFREEBUSY;FBTYPE=FREE:20261124T180000Z/PT1H\r\n\
                    FREEBUSY:20261125T000000Z/P1D,20261207T000000Z/P1W\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
        let busy = read_busy(text).unwrap();
        let minutes: Vec<i64> = busy.iter().map(|span| (span.until_ms - span.from_ms) / 60_000).collect();
        assert_eq!((minutes, busy[0].from_ms), (vec![60, 30, 1_440, 10_080], 1_795_525_200_000));
        assert_eq!(read_busy("<html>"), None);
        assert_eq!(read_busy("BEGIN:VFREEBUSY\nFREEBUSY:soon\n"), None);
    }

    #[test]
    fn our_own_appointments_do_not_block_themselves() {
        let span = |from_ms, until_ms| TimeSpan { from_ms, until_ms };
        let rest = without(vec![span(0, 100), span(200, 300)], &[span(20, 40), span(200, 300), span(90, 110)]);
        assert_eq!(rest, [span(0, 20), span(40, 90)]);
    }
}
