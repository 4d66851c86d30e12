//! Reading requests: bodies, queries and ids, with problem documents for what cannot be read.

use std::fmt::Display;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;

use super::problem::{Kind, Problem};

/// A JSON body. Unknown fields are refused by the types themselves.
pub(super) struct Body<T>(pub(super) T);

/// A JSON body with its bytes.
pub(super) struct BodyBytes<T> {
    pub(super) value: T,
    pub(super) bytes: Bytes,
}

/// A body that is text, in UTF-8.
pub(super) struct Text(pub(super) String);

/// A body that is a document, which may be longer than other bodies.
pub(super) struct Document(pub(super) Bytes);

/// The parameters of the query.
pub(super) struct Params<T>(pub(super) T);

/// An id, or anything that reads like one, as the last part of the path that is variable.
pub(super) struct Id<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        BodyBytes::from_request(request, state).await.map(|body| Self(body.value))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for BodyBytes<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        expect_json(&request)?;
        let bytes = read(request, state, MAX_BODY).await?;
        Ok(Self { value: from_json(&bytes)?, bytes })
    }
}

/// No body at all is `None`.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        expect_json(&request)?;
        let bytes = read(request, state, MAX_BODY).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        from_json(&bytes).map(|value| Some(Self(value)))
    }
}

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = read(request, state, MAX_BODY).await?;
        String::from_utf8(bytes.into()).map(Self).map_err(|error| {
            let place = error.utf8_error().valid_up_to();
            Problem::new(Kind::BadRequest, format!("the body is not UTF-8 at byte {place}: save it as UTF-8"))
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Document {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read(request, state, "knowledge.max_document").await.map(Self)
    }
}

/// A body that is a table of contacts.
pub(super) struct Table(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Table {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        read(request, state, "a table of contacts").await.map(Self)
    }
}

/// The setting that says how long a body may be.
const MAX_BODY: &str = "http.max_body";

async fn read<S: Send + Sync>(request: Request, state: &S, setting: &str) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|refused| {
        if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(Kind::TooLarge, format!("the body is larger than `{setting}` allows: send less"))
        } else {
            Problem::new(Kind::BadRequest, "the body broke off: send it again")
        }
    })
}

fn expect_json(request: &Request) -> Result<(), Problem> {
    let Some(given) = request.headers().get(header::CONTENT_TYPE) else { return Ok(()) };
    let name = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // What curl says of every body that it is given by `-d`.
    let curl = name == "application/x-www-form-urlencoded";
    if name == "application/json" || name.ends_with("+json") || curl {
        return Ok(());
    }
    Err(Problem::new(Kind::UnsupportedMediaType, "the body must be JSON: say `Content-Type: application/json`"))
}

/// Reads JSON, or says what is wrong with it.
pub(super) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| explain(&error))
}

fn explain(error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::invalid(format!("the body is not what is asked for here: {error}")),
        _ => Problem::new(Kind::BadRequest, format!("the body is not JSON: {error}")),
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Query(value) = Query::try_from_uri(&parts.uri).map_err(|error| {
            Problem::new(Kind::BadRequest, format!("the query cannot be read: {}", error.body_text()))
        })?;
        Ok(Self(value))
    }
}

impl<T, S> FromRequestParts<S> for Id<T>
where
    T: FromStr + Send,
    T::Err: Display,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::new(Kind::BadRequest, format!("the path cannot be read: {error}")))?;
        text.parse().map(Self).map_err(|error: T::Err| Problem::new(Kind::NotFound, error.to_string()))
    }
}

/// A field of a change: absent leaves it as it is, null empties it. To be read with `#[serde(default)]`.
#[derive(Default)]
pub(super) enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Set or empty it.
    Set(Option<T>),
}

impl<T> Patch<T> {
    /// What it is then, when it is `now` before.
    pub(super) fn over(self, now: Option<T>) -> Option<T> {
        match self {
            Self::Keep => now,
            Self::Set(value) => value,
        }
    }
}

impl<T> From<Patch<T>> for Option<Option<T>> {
    fn from(patch: Patch<T>) -> Self {
        match patch {
            Patch::Keep => None,
            Patch::Set(value) => Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Set)
    }
}
