//! People of the business who have a phone.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use call_model::MemberId;
use md5::Md5;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{MemberRecord, NewMember, PasswordHashes};
use utoipa::ToSchema;

use super::extract::{Body, Id};
use super::now_ms;
use super::numbers::our_number;
use super::page::List;
use super::problem::Problem;
use super::state::{ApiState, BooksChange};
use super::wire::Time;

const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 8..=128;
/// Skills, and languages, of one member.
const MAX_WORDS: usize = 32;

/// A person of the business.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    /// Its id.
    #[schema(value_type = String, example = "member_01k2x3y4z5a6b7c8d9e0f1g2h3")]
    id: MemberId,
    /// User part of its SIP address, and its user name.
    #[schema(example = "anna")]
    name: String,
    /// Name as people say it.
    #[schema(example = "Anna Schmidt")]
    display: String,
    /// A password is kept, so that its phone can register. It is never shown.
    has_password: bool,
    /// Our numbers that it may call out from; the first is the default; none: no calls to the outside.
    may_call_from: Vec<String>,
    /// What it is good at: transfers may ask for it.
    #[schema(example = json!(["billing"]))]
    skills: Vec<String>,
    /// Languages that it speaks (BCP 47), the one that it likes best first: callers of these are put through to it first.
    #[schema(example = json!(["de", "en"]))]
    languages: Vec<String>,
    /// It takes no callers now. Colleagues reach it all the same.
    away: bool,
    /// When it was made.
    created_at: Time,
    /// When it was last changed.
    updated_at: Time,
}

/// A member to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMember)]
pub(super) struct New {
    /// User part of its SIP address: lower-case letters, digits, `-`, `_` and `.`.
    #[schema(example = "anna")]
    name: String,
    /// Name as people say it.
    #[schema(example = "Anna Schmidt")]
    display: String,
    /// Password of its phone, 8 to 128 characters. Never shown.
    #[schema(write_only)]
    password: Option<String>,
    /// Our numbers that it may call out from; the first is the default.
    #[serde(default)]
    may_call_from: Vec<String>,
    /// What it is good at: up to 32 lower-case words.
    #[serde(default)]
    skills: Vec<String>,
    /// Languages that it speaks (BCP 47), the one that it likes best first.
    #[serde(default)]
    languages: Vec<String>,
    /// It takes no callers now.
    #[serde(default)]
    away: bool,
}

/// What to change of a member: what is not named stays. A new name needs the password again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MemberChange)]
pub(super) struct Change {
    /// User part of its SIP address.
    name: Option<String>,
    /// Name as people say it.
    display: Option<String>,
    /// A new password.
    #[schema(write_only)]
    password: Option<String>,
    /// Our numbers that it may call out from.
    may_call_from: Option<Vec<String>>,
    /// What it is good at.
    skills: Option<Vec<String>>,
    /// Languages that it speaks (BCP 47), the one that it likes best first.
    languages: Option<Vec<String>>,
    /// It takes no callers now.
    away: Option<bool>,
}

impl From<MemberRecord> for Member {
    fn from(member: MemberRecord) -> Self {
        Self {
            id: member.id,
            name: member.name,
            display: member.display,
            has_password: member.has_password,
            may_call_from: member.may_call_from,
            skills: member.skills,
            languages: member.languages,
            away: member.away,
            created_at: Time(member.created_ms),
            updated_at: Time(member.updated_ms),
        }
    }
}

/// All members, newest first.
#[utoipa::path(get, path = "/v1/members", tag = "members", operation_id = "listMembers",
    responses((status = 200, body = inline(List<Member>))))]
pub(super) async fn list(State(state): State<ApiState>) -> Result<List<Member>, Problem> {
    Ok(List::whole(state.store().members().await?.into_iter().map(Member::from).collect()))
}

/// One member.
#[utoipa::path(get, path = "/v1/members/{id}", tag = "members", operation_id = "getMember",
    params(("id" = String, Path, description = "Id of the member")),
    responses((status = 200, body = Member)))]
pub(super) async fn get(State(state): State<ApiState>, Id(id): Id<MemberId>) -> Result<Json<Member>, Problem> {
    Ok(Json(find(&state, id).await?.into()))
}

/// Makes a member.
#[utoipa::path(post, path = "/v1/members", tag = "members", operation_id = "addMember", request_body = New,
    responses((status = 201, body = Member)))]
pub(super) async fn add(State(state): State<ApiState>, Body(new): Body<New>) -> Result<impl IntoResponse, Problem> {
    let member = checked(&state, new).await?;
    let member: Member = state.store().add_member(member, now_ms()).await?.into();
    state.calls().books_changed(BooksChange::Members).await;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/v1/members/{}", member.id))], Json(member)))
}

/// Changes a member.
#[utoipa::path(patch, path = "/v1/members/{id}", tag = "members", operation_id = "changeMember",
    params(("id" = String, Path, description = "Id of the member")), request_body = Change,
    responses((status = 200, body = Member)))]
pub(super) async fn change(
    State(state): State<ApiState>,
    Id(id): Id<MemberId>,
    Body(change): Body<Change>,
) -> Result<Json<Member>, Problem> {
    let now = find(&state, id).await?;
    let wanted = New {
        name: change.name.unwrap_or(now.name),
        display: change.display.unwrap_or(now.display),
        password: change.password,
        may_call_from: change.may_call_from.unwrap_or(now.may_call_from),
        skills: change.skills.unwrap_or(now.skills),
        languages: change.languages.unwrap_or(now.languages),
        away: change.away.unwrap_or(now.away),
    };
    let member = checked(&state, wanted).await?;
    let member = state.store().change_member(id, member, now_ms()).await?;
    state.calls().books_changed(BooksChange::Members).await;
    Ok(Json(member.into()))
}

/// Removes a member: its phones can neither register nor be reached from then on.
#[utoipa::path(delete, path = "/v1/members/{id}", tag = "members", operation_id = "deleteMember",
    params(("id" = String, Path, description = "Id of the member")),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(State(state): State<ApiState>, Id(id): Id<MemberId>) -> Result<StatusCode, Problem> {
    if !state.store().delete_member(id).await? {
        return Err(no_such_member());
    }
    state.calls().books_changed(BooksChange::Members).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(state: &ApiState, id: MemberId) -> Result<MemberRecord, Problem> {
    state.store().member(id).await?.ok_or_else(no_such_member)
}

fn no_such_member() -> Problem {
    Problem::no_such("member", "/v1/members")
}

async fn checked(state: &ApiState, wanted: New) -> Result<NewMember, Problem> {
    let New { name, display, password, may_call_from, skills, languages, away } = wanted;
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(letters) {
        return Err(Problem::invalid("`name` is 1 to 64 lower-case letters, digits, `-`, `_` and `.`"));
    }
    if password.as_ref().is_some_and(|text| !PASSWORD_CHARS.contains(&text.chars().count())) {
        return Err(Problem::invalid("`password` is 8 to 128 characters: take one that nobody can guess"));
    }
    let numbers = state.store().numbers().await?;
    let mut kept = Vec::with_capacity(may_call_from.len());
    for text in &may_call_from {
        let number = our_number(state.store(), text)?;
        if !numbers.iter().any(|known| known.number == number) {
            return Err(Problem::invalid("`may_call_from`: not a number of ours: GET /v1/numbers lists them"));
        }
        kept.push(number);
    }
    let password = password.map(|password| hashes(&name, &state.config().realm, &password));
    let skills = words(&skills).ok_or_else(|| {
        Problem::invalid("`skills` are up to 32 words of 1 to 64 lower-case letters, digits, `-` and `_`")
    })?;
    if languages.len() > MAX_WORDS || !languages.iter().all(|tag| is_language(tag)) {
        return Err(Problem::invalid("`languages` are up to 32 tags such as `en`, `de` or `de-AT`"));
    }
    Ok(NewMember { name, display, password, may_call_from: kept, skills, languages, away })
}

/// Skills as they are compared, if they are such.
fn words(texts: &[String]) -> Option<Vec<String>> {
    let fits = |text: &String| {
        (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_lowercase() || c.is_numeric() || "-_".contains(c))
    };
    (texts.len() <= MAX_WORDS && texts.iter().all(fits)).then(|| texts.to_vec())
}

fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// What digest needs of a password (RFC 7616 section 3.4.2): the password itself is not kept.
pub(crate) fn hashes(name: &str, realm: &str, password: &str) -> PasswordHashes {
    let text = format!("{name}:{realm}:{password}");
    PasswordHashes {
        realm: realm.to_owned(),
        ha1_md5: hex(&Md5::digest(&text)),
        ha1_sha256: hex(&Sha256::digest(&text)),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_kept_as_digest_needs_them() {
        // RFC 7616 section 3.9.1: the user name, realm and password of its example.
        let kept = hashes("Mufasa", "http-auth@example.org", "Circle of Life");
        assert_eq!(kept.ha1_md5, "3d78807defe7de2157e2b0b6573a855f");
        assert_eq!(kept.ha1_sha256.len(), 64);
    }
}
