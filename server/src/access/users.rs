//! Users, and the links that let them in.

use std::time::Duration;

use call_model::UserId;
use store::{NewUser, UserRecord};

use super::{Access, AccessFault, new_token};

/// A link that was just made.
pub(crate) struct FreshLink {
    /// The whole address: shown here and never again.
    pub url: String,
    /// When it holds no more, ms since the Unix epoch.
    pub until_ms: i64,
}

/// A name as it is compared.
pub(super) fn folded(name: &str) -> String {
    name.trim().chars().take(128).collect::<String>().to_lowercase()
}

/// A name to sign in with.
pub(super) fn checked_name(name: &str) -> Result<String, AccessFault> {
    let name = folded(name);
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.@".contains(&b);
    if (1..=64).contains(&name.len()) && name.bytes().all(letters) {
        return Ok(name);
    }
    Err(AccessFault::Invalid("`name` is 1 to 64 letters without accents, digits, `-`, `_`, `.` and `@`"))
}

/// A name that is shown.
pub(super) fn checked_display(display: &str) -> Result<String, AccessFault> {
    let display = display.trim();
    if (1..=100).contains(&display.chars().count()) && !display.chars().any(char::is_control) {
        return Ok(display.to_owned());
    }
    Err(AccessFault::Invalid("`display` is 1 to 100 characters"))
}

impl Access {
    /// Adds a user who has no password yet: a link lets them set one.
    pub(crate) async fn add_user(&self, mut new: NewUser) -> Result<UserRecord, AccessFault> {
        new.name = checked_name(&new.name)?;
        new.display = checked_display(&new.display)?;
        Ok(self.store().add_user(new, self.now_ms()).await?)
    }

    /// Changes a user.
    pub(crate) async fn change_user(
        &self,
        id: UserId,
        mut change: store::UserChange,
    ) -> Result<UserRecord, AccessFault> {
        change.display = change.display.as_deref().map(checked_display).transpose()?;
        let user = self.store().change_user(id, change, self.now_ms()).await?;
        self.changed();
        Ok(user)
    }

    /// Removes a user. `false`: there is none.
    pub(crate) async fn delete_user(&self, id: UserId) -> Result<bool, AccessFault> {
        let gone = self.store().delete_user(id).await?;
        self.changed();
        Ok(gone)
    }

    /// A link by which a user sets a password; earlier ones hold no more.
    pub(crate) async fn link_for(&self, user: &UserRecord) -> Result<FreshLink, AccessFault> {
        let rules = self.rules();
        let holds = if user.password.is_none() { rules.invitation } else { rules.link };
        self.link(Some(user.id), holds).await
    }

    /// The link that makes the first admin, while there is no user.
    pub(crate) async fn first_link(&self) -> Result<Option<FreshLink>, AccessFault> {
        if self.store().has_users().await? {
            return Ok(None);
        }
        self.link(None, self.rules().link).await.map(Some)
    }

    async fn link(&self, user: Option<UserId>, holds: Duration) -> Result<FreshLink, AccessFault> {
        let (token, hash) = new_token()?;
        let until_ms = self.now_ms() + holds.as_millis() as i64;
        self.store().add_link(user, hash, until_ms).await?;
        // Behind the `#`, so that no server and no log on the way sees it.
        let url = format!("{}/link#{token}", self.rules().address);
        Ok(FreshLink { url, until_ms })
    }
}
