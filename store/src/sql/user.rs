//! Users, the links that let them in, and their one-time codes.

use call_model::UserId;

use super::list::List;
use super::row::{Reader, Record};
use crate::record::{NewUser, Role, UserChange, UserRecord};
use crate::writer::{Tx, Write};
use crate::{Store, StoreError, fresh_id};

/// The most users that there can be.
const MOST_USERS: i64 = 10_000;
const LAST_ADMIN: StoreError =
    StoreError::Conflict("nobody would be left who may do everything: make somebody else an admin first");

impl Record for UserRecord {
    const TABLE: &'static str = "users";

    fn read(row: &Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse("id")?,
            name: row.text("name")?,
            display: row.text("display")?,
            role: row.word("role")?,
            member: row.maybe_parse("member")?,
            password: row.maybe_text("password")?,
            totp: row.maybe_blob("totp")?,
            totp_new: row.maybe_blob("totp_new")?,
            openid: row.maybe_text("openid")?,
            language: row.maybe_text("language")?,
            disabled: row.bool("disabled")?,
            created_ms: row.int("created_ms")?,
            updated_ms: row.int("updated_ms")?,
        })
    }
}

impl Store {
    /// All users, by name.
    pub async fn users(&self) -> Result<Vec<UserRecord>, StoreError> {
        List::of("SELECT * FROM users WHERE 1").first(self, "name", MOST_USERS as u32).await
    }

    /// Whether there is somebody who may sign in.
    pub async fn has_users(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(self.readers()).await?.is_some())
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Option<UserRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM users WHERE id = ?1").bind(id.to_string())).await
    }

    /// The user of this name.
    pub async fn user_by_name(&self, name: &str) -> Result<Option<UserRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM users WHERE name = ?1").bind(name.to_owned())).await
    }

    /// The user with this issuer and subject.
    pub async fn user_by_openid(&self, openid: &str) -> Result<Option<UserRecord>, StoreError> {
        self.one(sqlx::query("SELECT * FROM users WHERE openid = ?1").bind(openid.to_owned())).await
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn add_user(&self, new: NewUser, now_ms: i64) -> Result<UserRecord, StoreError> {
        self.write(AddUser { id: fresh_id(now_ms), new, first_link: None, now_ms }).await
    }

    /// Adds the first user by the link with this hash. `None`: there is no such link, or somebody was there before.
    pub async fn add_first_user(
        &self,
        link: [u8; 32],
        new: NewUser,
        now_ms: i64,
    ) -> Result<Option<UserRecord>, StoreError> {
        match self.write(AddUser { id: fresh_id(now_ms), new, first_link: Some(link), now_ms }).await {
            Err(StoreError::NotFound(_)) => Ok(None),
            added => added.map(Some),
        }
    }

    /// Changes a user.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when no admin would be left.
    pub async fn change_user(&self, id: UserId, change: UserChange, now_ms: i64) -> Result<UserRecord, StoreError> {
        self.write(ChangeUser { id, change, now_ms }).await
    }

    /// Keeps which account at the provider of OpenID Connect is a user's: issuer and subject. `false`: another one is
    /// known already, or it is somebody else's.
    pub async fn link_openid(&self, id: UserId, openid: &str, now_ms: i64) -> Result<bool, StoreError> {
        self.write(LinkOpenId { id, openid: openid.to_owned(), now_ms }).await
    }

    /// Removes a user with their sessions and links. `false`: there is none.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when no admin would be left.
    pub async fn delete_user(&self, id: UserId) -> Result<bool, StoreError> {
        self.write(DeleteUser { id }).await
    }

    /// Sets a user's password, and ends their sessions and links. `link`: only when this link holds, which it does no
    /// more then; then a second factor goes, too. `false`: it does not hold.
    pub async fn set_password(
        &self,
        id: UserId,
        password: &str,
        link: Option<[u8; 32]>,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        self.write(SetPassword { id, password: password.to_owned(), link, now_ms }).await
    }

    /// Keeps the hash of a one-time link, in the place of earlier ones of this user. `None`: it makes the first admin.
    pub async fn add_link(&self, user: Option<UserId>, hash: [u8; 32], until_ms: i64) -> Result<(), StoreError> {
        self.write(AddLink { user, hash, until_ms }).await
    }

    /// Whose link this is, where it holds: `Some(None)` makes the first admin.
    pub async fn link(&self, hash: [u8; 32], now_ms: i64) -> Result<Option<Option<UserId>>, StoreError> {
        let query = sqlx::query("SELECT user FROM access_links WHERE hash = ?1 AND until_ms > ?2");
        let row = query.bind(hash.to_vec()).bind(now_ms).fetch_optional(self.readers()).await?;
        row.map(|row| Reader { row: &row, table: "access_links" }.maybe_parse("user")).transpose()
    }

    /// Keeps a secret of one-time codes until it is confirmed.
    pub async fn propose_totp(&self, id: UserId, secret: Vec<u8>) -> Result<(), StoreError> {
        self.write(Totp { id, secret: Some(secret), codes: Vec::new(), confirmed: false }).await
    }

    /// Takes a secret into use, with the hashes of the codes that stand in for it.
    pub async fn confirm_totp(&self, id: UserId, secret: Vec<u8>, codes: Vec<[u8; 32]>) -> Result<(), StoreError> {
        self.write(Totp { id, secret: Some(secret), codes, confirmed: true }).await
    }

    /// Takes the second factor away.
    pub async fn remove_totp(&self, id: UserId) -> Result<(), StoreError> {
        self.write(Totp { id, secret: None, codes: Vec::new(), confirmed: true }).await
    }

    /// Uses the code of a step. `false`: this one, or a later one, was used before.
    pub async fn use_totp_step(&self, id: UserId, step: i64) -> Result<bool, StoreError> {
        self.write(UseStep { id, step }).await
    }

    /// Uses a recovery code. `false`: there is no such code.
    pub async fn use_recovery_code(&self, id: UserId, hash: [u8; 32]) -> Result<bool, StoreError> {
        self.write(UseRecoveryCode { id, hash }).await
    }
}

struct AddUser {
    id: UserId,
    new: NewUser,
    first_link: Option<[u8; 32]>,
    now_ms: i64,
}

impl Write for AddUser {
    type Output = UserRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<UserRecord, StoreError> {
        if let Some(hash) = self.first_link {
            let query = sqlx::query(
                "SELECT 1 FROM access_links WHERE hash = ?1 AND user IS NULL AND until_ms > ?2 \
                 AND NOT EXISTS (SELECT 1 FROM users)",
            );
            let link = query.bind(hash.to_vec()).bind(self.now_ms).fetch_optional(&mut tx.conn).await?;
            link.ok_or(StoreError::NotFound("link"))?;
        }
        let known = sqlx::query("SELECT 1 FROM users WHERE name = ?1").bind(&self.new.name);
        if known.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there is a user of this name: choose another one"));
        }
        let all = sqlx::query("SELECT 1 FROM users LIMIT 1 OFFSET ?1").bind(MOST_USERS - 1);
        if all.fetch_optional(&mut tx.conn).await?.is_some() {
            return Err(StoreError::Conflict("there are as many users as can be: remove some"));
        }
        member_exists(tx, self.new.member).await?;
        // Whoever is there is the first: no link makes another one.
        sqlx::query("DELETE FROM access_links WHERE user IS NULL").execute(&mut tx.conn).await?;
        let query = sqlx::query(
            "INSERT INTO users (id, name, display, role, member, password, openid, language, created_ms, updated_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9) RETURNING *",
        );
        let row = query
            .bind(self.id.to_string())
            .bind(&self.new.name)
            .bind(&self.new.display)
            .bind(self.new.role.as_str())
            .bind(self.new.member.map(|member| member.to_string()))
            .bind(&self.new.password)
            .bind(&self.new.openid)
            .bind(&self.new.language)
            .bind(self.now_ms)
            .fetch_one(&mut tx.conn)
            .await?;
        UserRecord::from_row(&row)
    }
}

async fn member_exists(tx: &mut Tx, member: Option<call_model::MemberId>) -> Result<(), StoreError> {
    let Some(member) = member else { return Ok(()) };
    let query = sqlx::query("SELECT 1 FROM members WHERE id = ?1").bind(member.to_string());
    query.fetch_optional(&mut tx.conn).await?.map(drop).ok_or(StoreError::NotFound("member"))
}

async fn find(tx: &mut Tx, id: UserId) -> Result<Option<UserRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM users WHERE id = ?1").bind(id.to_string());
    row.fetch_optional(&mut tx.conn).await?.as_ref().map(UserRecord::from_row).transpose()
}

/// Whether this user is the only admin who may sign in.
async fn is_last_admin(tx: &mut Tx, user: &UserRecord) -> Result<bool, StoreError> {
    if user.role != Role::Admin || user.disabled {
        return Ok(false);
    }
    let others = sqlx::query("SELECT 1 FROM users WHERE role = 'admin' AND disabled = 0 AND id <> ?1 LIMIT 1");
    Ok(others.bind(user.id.to_string()).fetch_optional(&mut tx.conn).await?.is_none())
}

/// Ends a user's sessions and links.
async fn shut_out(tx: &mut Tx, id: UserId) -> Result<(), StoreError> {
    for statement in ["DELETE FROM sessions WHERE user = ?1", "DELETE FROM access_links WHERE user = ?1"] {
        sqlx::query(statement).bind(id.to_string()).execute(&mut tx.conn).await?;
    }
    Ok(())
}

struct ChangeUser {
    id: UserId,
    change: UserChange,
    now_ms: i64,
}

impl Write for ChangeUser {
    type Output = UserRecord;

    async fn apply(&self, tx: &mut Tx) -> Result<UserRecord, StoreError> {
        let mut user = find(tx, self.id).await?.ok_or(StoreError::NotFound("user"))?;
        let change = self.change.clone();
        let falls = change.role.is_some_and(|role| role != Role::Admin) || change.disabled == Some(true);
        if falls && is_last_admin(tx, &user).await? {
            return Err(LAST_ADMIN);
        }
        member_exists(tx, change.member.flatten()).await?;
        user.display = change.display.unwrap_or(user.display);
        user.role = change.role.unwrap_or(user.role);
        user.member = change.member.unwrap_or(user.member);
        user.language = change.language.unwrap_or(user.language);
        user.disabled = change.disabled.unwrap_or(user.disabled);
        if user.disabled {
            shut_out(tx, self.id).await?;
        }
        let query = sqlx::query(
            "UPDATE users SET display = ?2, role = ?3, member = ?4, language = ?5, disabled = ?6, updated_ms = ?7, \
             openid = CASE WHEN ?8 THEN NULL ELSE openid END WHERE id = ?1 RETURNING *",
        );
        let row = query
            .bind(self.id.to_string())
            .bind(&user.display)
            .bind(user.role.as_str())
            .bind(user.member.map(|member| member.to_string()))
            .bind(&user.language)
            .bind(user.disabled)
            .bind(self.now_ms)
            .bind(change.forget_openid)
            .fetch_one(&mut tx.conn)
            .await?;
        UserRecord::from_row(&row)
    }
}

struct LinkOpenId {
    id: UserId,
    openid: String,
    now_ms: i64,
}

impl Write for LinkOpenId {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE users SET openid = ?2, updated_ms = ?3 WHERE id = ?1 AND openid IS NULL \
             AND NOT EXISTS (SELECT 1 FROM users WHERE openid = ?2)",
        );
        let query = query.bind(self.id.to_string()).bind(&self.openid).bind(self.now_ms);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct DeleteUser {
    id: UserId,
}

impl Write for DeleteUser {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let Some(user) = find(tx, self.id).await? else { return Ok(false) };
        if is_last_admin(tx, &user).await? {
            return Err(LAST_ADMIN);
        }
        sqlx::query("DELETE FROM users WHERE id = ?1").bind(self.id.to_string()).execute(&mut tx.conn).await?;
        Ok(true)
    }
}

struct SetPassword {
    id: UserId,
    password: String,
    link: Option<[u8; 32]>,
    now_ms: i64,
}

impl Write for SetPassword {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        if let Some(hash) = self.link {
            let query = sqlx::query("DELETE FROM access_links WHERE hash = ?1 AND user = ?2 AND until_ms > ?3");
            let query = query.bind(hash.to_vec()).bind(self.id.to_string()).bind(self.now_ms);
            if query.execute(&mut tx.conn).await?.rows_affected() == 0 {
                return Ok(false);
            }
            forget_second_factor(tx, self.id).await?;
        }
        shut_out(tx, self.id).await?;
        let query = sqlx::query("UPDATE users SET password = ?2, updated_ms = ?3 WHERE id = ?1");
        let query = query.bind(self.id.to_string()).bind(&self.password).bind(self.now_ms);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

async fn forget_second_factor(tx: &mut Tx, id: UserId) -> Result<(), StoreError> {
    for statement in [
        "UPDATE users SET totp = NULL, totp_new = NULL, totp_step = 0 WHERE id = ?1",
        "DELETE FROM recovery_codes WHERE user = ?1",
    ] {
        sqlx::query(statement).bind(id.to_string()).execute(&mut tx.conn).await?;
    }
    Ok(())
}

struct AddLink {
    user: Option<UserId>,
    hash: [u8; 32],
    until_ms: i64,
}

impl Write for AddLink {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let user = self.user.map(|user| user.to_string());
        let earlier = sqlx::query("DELETE FROM access_links WHERE user IS ?1").bind(&user);
        earlier.execute(&mut tx.conn).await?;
        let query = sqlx::query("INSERT INTO access_links (hash, user, until_ms) VALUES (?1, ?2, ?3)");
        query.bind(self.hash.to_vec()).bind(&user).bind(self.until_ms).execute(&mut tx.conn).await?;
        Ok(())
    }
}

struct Totp {
    id: UserId,
    secret: Option<Vec<u8>>,
    codes: Vec<[u8; 32]>,
    confirmed: bool,
}

impl Write for Totp {
    type Output = ();

    async fn apply(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let id = self.id.to_string();
        if !self.confirmed {
            let query = sqlx::query("UPDATE users SET totp_new = ?2 WHERE id = ?1").bind(id).bind(&self.secret);
            query.execute(&mut tx.conn).await?;
            return Ok(());
        }
        sqlx::query("DELETE FROM recovery_codes WHERE user = ?1").bind(&id).execute(&mut tx.conn).await?;
        let query = sqlx::query("UPDATE users SET totp = ?2, totp_new = NULL WHERE id = ?1");
        query.bind(&id).bind(&self.secret).execute(&mut tx.conn).await?;
        for code in &self.codes {
            let query = sqlx::query("INSERT INTO recovery_codes (user, hash) VALUES (?1, ?2)");
            query.bind(&id).bind(code.to_vec()).execute(&mut tx.conn).await?;
        }
        Ok(())
    }
}

struct UseStep {
    id: UserId,
    step: i64,
}

impl Write for UseStep {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE users SET totp_step = ?2 WHERE id = ?1 AND totp_step < ?2");
        let query = query.bind(self.id.to_string()).bind(self.step);
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}

struct UseRecoveryCode {
    id: UserId,
    hash: [u8; 32],
}

impl Write for UseRecoveryCode {
    type Output = bool;

    async fn apply(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM recovery_codes WHERE user = ?1 AND hash = ?2");
        let query = query.bind(self.id.to_string()).bind(self.hash.to_vec());
        Ok(query.execute(&mut tx.conn).await?.rows_affected() > 0)
    }
}
