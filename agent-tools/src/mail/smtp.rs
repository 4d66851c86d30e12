//! Mail by SMTP.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Letter;

/// How the connection to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte (port 465, RFC 8314).
    Implicit,
    /// TLS by STARTTLS, or no mail (port 587, RFC 3207).
    StartTls,
    /// None: for a server on the same machine.
    None,
}

/// The mail server, and who writes.
#[derive(Clone)]
pub struct MailSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: MailTls,
    /// User name; empty: none is asked for.
    pub user: String,
    /// Password.
    pub password: String,
    /// Who writes: `Northwind Dental <desk@example.org>`.
    pub from: String,
    /// How long one mail may take. Default: 30 s.
    pub time_limit: Duration,
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailSettings").field("port", &self.port).field("tls", &self.tls).finish_non_exhaustive()
    }
}

/// A mail was not sent, or cannot be. The texts hold no address.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The sender's address is none.
    #[error("the address that mail comes from is not valid: write `Name <name@example.org>`")]
    From,
    /// The receiver's is none, or the mail has no form.
    #[error("the mail cannot be written: its address or text is not valid")]
    Letter,
    /// TLS cannot be set up.
    #[error("TLS to the mail server cannot be set up")]
    Tls(#[source] lettre::transport::smtp::Error),
    /// The server refused it for good.
    #[error("the mail server refuses the mail")]
    Refused,
    /// It did not work this time.
    #[error("the mail server did not take the mail")]
    Failed,
}

impl MailError {
    /// Whether trying again is of no use.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Letter | Self::Refused)
    }
}

/// Whether this can be an address.
pub(super) fn is_address(text: &str) -> bool {
    text.len() <= 254 && text.parse::<Address>().is_ok() && text.rsplit('@').next().is_some_and(|d| d.contains('.'))
}

/// Sends mail.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// Makes ready; nothing is sent or connected yet.
    pub fn new(settings: MailSettings) -> Result<Self, MailError> {
        let from = settings.from.parse().map_err(|_| MailError::From)?;
        let tls = match settings.tls {
            MailTls::None => Tls::None,
            kind => {
                let parameters = TlsParameters::new(settings.host.clone()).map_err(MailError::Tls)?;
                if kind == MailTls::Implicit { Tls::Wrapper(parameters) } else { Tls::Required(parameters) }
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.time_limit));
        if !settings.user.is_empty() {
            builder = builder.credentials(Credentials::new(settings.user, settings.password));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Sends one mail.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let to: Address = letter.to.parse().map_err(|_| MailError::Letter)?;
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.replace(['\r', '\n'], " "));
        let message = match &letter.ics {
            None => builder.header(ContentType::TEXT_PLAIN).body(letter.text.clone()),
            Some(ics) => {
                let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH");
                let kind = kind.unwrap_or(ContentType::TEXT_PLAIN);
                let parts = MultiPart::mixed()
                    .singlepart(SinglePart::plain(letter.text.clone()))
                    .singlepart(Attachment::new("appointment.ics".to_owned()).body(ics.clone(), kind));
                builder.multipart(parts)
            }
        };
        let message = message.map_err(|_| MailError::Letter)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused),
            Err(error) => {
                tracing::debug!(timeout = error.is_timeout(), transient = error.is_transient(), "a mail was not taken");
                Err(MailError::Failed)
            }
        }
    }
}
