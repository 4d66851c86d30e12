//! The business's desk: its calendar, what its tools share, and who carries what leaves the house.

use std::sync::Arc;
use std::time::Duration;

use agent_tools::calendar::caldav::Remote;
use agent_tools::calendar::{Clock, Desk, Plan};
use agent_tools::{Carriers, Courier, ErrandSettings, House, MailError, MailSettings, MailTls, Mailer};
use ivr::Business;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use store::Store;

use crate::config::{Config, MailSecurity, SecretError};

/// Why the desk cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DeskFailure {
    /// A secret is missing.
    #[error("a password of `mail` or `calendars` is missing")]
    Secret(#[from] SecretError),
    /// The mail server cannot be used.
    #[error("`mail` cannot be used")]
    Mail(#[from] MailError),
    /// A calendar elsewhere names nobody.
    #[error("`calendars` names the person `{0}`, who has no calendar in business.yaml")]
    Person(String),
    /// The client cannot be made.
    #[error("the client for calendars cannot be made")]
    Client(#[from] reqwest::Error),
}

/// The business's desk.
#[derive(Clone)]
pub struct FrontDesk {
    /// What the tools of the business share.
    pub house: House,
    /// The calendar; `None`: nothing can be booked.
    pub desk: Option<Desk>,
    /// Confirmations are sent by mail.
    pub by_mail: bool,
}

impl FrontDesk {
    /// Opens it. Nothing is sent before [`courier`](Self::courier).
    pub fn open(store: &Store, business: &Arc<Business>, config: &Config) -> Result<Self, DeskFailure> {
        let clock: Clock = Arc::new(Timestamp::now);
        let house = House::new(store.clone(), business.clone(), clock.clone());
        let plan = Plan::new(business.clone());
        for calendar in &config.calendars {
            if plan.as_ref().is_none_or(|plan| plan.person(&calendar.person).is_none()) {
                return Err(DeskFailure::Person(calendar.person.clone()));
            }
        }
        let mirrored = config.calendars.iter().map(|calendar| calendar.person.clone()).collect();
        let desk = plan.map(|plan| Desk::new(store.clone(), plan, clock, mirrored));
        Ok(Self { house, desk, by_mail: !config.mail.host.is_empty() })
    }

    /// Starts carrying what leaves the house.
    pub fn courier(&self, config: &Config) -> Result<Courier, DeskFailure> {
        let carriers =
            Carriers { mailer: mailer(config)?, desk: self.desk.clone(), remotes: remotes(config)?, client: client()? };
        Ok(Courier::start(self.house.clone(), carriers, ErrandSettings::default()))
    }
}

fn mailer(config: &Config) -> Result<Option<Mailer>, DeskFailure> {
    let mail = &config.mail;
    if mail.host.is_empty() {
        return Ok(None);
    }
    // The process may have chosen a provider before: then that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let password = mail.resolve_password()?;
    let settings = MailSettings {
        host: mail.host.clone(),
        port: mail.port,
        tls: match mail.security {
            MailSecurity::Tls => MailTls::Implicit,
            MailSecurity::Starttls => MailTls::StartTls,
            MailSecurity::None => MailTls::None,
        },
        user: mail.user.clone(),
        password: password.map(|password| password.expose_secret().to_owned()).unwrap_or_default(),
        from: mail.from.clone(),
        time_limit: Duration::from_secs(30),
    };
    Ok(Some(Mailer::new(settings)?))
}

fn remotes(config: &Config) -> Result<Vec<Remote>, DeskFailure> {
    let remote = |calendar: &crate::config::RemoteCalendarConfig| {
        let password = calendar.resolve_password()?;
        Ok(Remote {
            person: calendar.person.clone(),
            url: calendar.url.clone(),
            user: calendar.user.clone(),
            password: password.map(|password| password.expose_secret().to_owned()).unwrap_or_default(),
            read_busy: calendar.read_busy,
        })
    };
    config.calendars.iter().map(remote).collect()
}

/// Follows no redirects: the password goes to the address that was configured and to no other.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    let roots = roots.iter().filter_map(|root| reqwest::Certificate::from_der(root.as_ref()).ok());
    reqwest::Client::builder()
        .user_agent(concat!("Callwright/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_merge(roots)
        .build()
}
