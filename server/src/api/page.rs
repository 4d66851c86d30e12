//! Lists on the wire: `{"data": [...], "next": cursor}`, newest first.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::{Cursor, Page, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Kind, Problem};

/// A list, or a page of one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// The things, newest first.
    data: Vec<T>,
    /// What to give as `cursor` for the next page; null at the end.
    next: Option<String>,
}

impl<T> List<T> {
    /// Everything there is.
    pub(super) fn whole(data: Vec<T>) -> Self {
        Self { data, next: None }
    }

    /// A page of records in their form for the wire.
    pub(super) fn page<R>(page: Page<R>, form: impl Fn(R) -> T) -> Self {
        let next = page.next.as_ref().map(Cursor::to_string);
        Self { data: page.data.into_iter().map(form).collect(), next }
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    /// The most things on the page: 1 to 200, 50 when it is not said.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    pub(super) fn request(&self) -> Result<PageRequest, Problem> {
        page_request(self.limit, self.cursor.as_deref())
    }
}

/// Reads what a list's query says about the page.
pub(super) fn page_request(limit: Option<u32>, cursor: Option<&str>) -> Result<PageRequest, Problem> {
    let limit = limit.unwrap_or(PageRequest::default().limit);
    if !(1..=PageRequest::MAX_LIMIT).contains(&limit) {
        let detail = format!("`limit` is 1 to {}: go through the pages by `next`", PageRequest::MAX_LIMIT);
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let cursor = cursor
        .map(|text| {
            text.parse::<Cursor>().map_err(|error| Problem::new(Kind::BadRequest, format!("`cursor`: {error}")))
        })
        .transpose()?;
    Ok(PageRequest { limit, cursor })
}
