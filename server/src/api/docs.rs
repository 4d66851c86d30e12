//! The OpenAPI document and a page to read it on.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, Ref, RefOr};

use super::problem::{MEDIA_TYPE, Problem};
use super::state::ApiState;

/// What stands at the head of the document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Callwright",
        description = "Calls, contacts, recordings, transcripts, voicemails, flows, agents, numbers, trunks, members, webhooks and \
            events.\n\n\
            Send `Authorization: Bearer KEY` with every request under `/v1`; the first key is in the file `api-key` of \
            the data folder. Lists are `{\"data\": [...], \"next\": cursor}`, newest first. Every error is a problem \
            document (RFC 9457) whose `detail` says what to do. Times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "calls", description = "Calls that ring, run or are over"),
        (name = "transcripts", description = "What was said in calls, while it is said and afterwards"),
        (name = "contacts", description = "People whom the business knows"),
        (name = "campaigns", description = "Calls to many, by rules"),
        (name = "voicemails", description = "Messages that callers left"),
        (name = "calendar", description = "What can be booked, and the appointments"),
        (name = "tickets", description = "Matters that the business works on"),
        (name = "follow-ups", description = "Messages, calls back, and what else is to be done after a call"),
        (name = "flows", description = "Scripted dialogs in versions"),
        (name = "agents", description = "AI personas in versions"),
        (name = "numbers", description = "Our numbers and what answers them"),
        (name = "trunks", description = "Accounts at carriers"),
        (name = "members", description = "People of the business who have a phone"),
        (name = "webhooks", description = "Places that events are sent to"),
        (name = "keys", description = "API keys"),
        (name = "access", description = "Signing in, users, and who did what"),
        (name = "events", description = "What happened"),
        (name = "operation", description = "Keeping it running"),
    ),
    components(schemas(Problem)),
    security(("key" = [])),
)]
pub(super) struct Head;

/// Joins the paths that need no key, names the way that keys are sent, and gives each operation its errors.
pub(super) fn complete(document: &mut utoipa::openapi::OpenApi, open: utoipa::openapi::OpenApi) {
    document.merge(open);
    if let Some(components) = &mut document.components {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
    for item in document.paths.paths.values_mut() {
        operations(item).for_each(add_errors);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn add_errors(operation: &mut Operation) {
    let problem = || RefOr::Ref(Ref::from_schema_name("Problem"));
    let response = ResponseBuilder::new()
        .description("An error: what is wrong and what to do")
        .content(MEDIA_TYPE, ContentBuilder::new().schema(Some(problem())).build())
        .build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
    for answer in operation.responses.responses.values_mut() {
        let RefOr::T(answer) = answer else { continue };
        // A problem document has a media type of its own, also where it was named for one status.
        let names_problem = |content: &RefOr<Content>| match content {
            RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) => schema.ref_location.ends_with("/Problem"),
            _ => false,
        };
        if answer.content.get("application/json").is_some_and(names_problem)
            && let Some(content) = answer.content.shift_remove("application/json")
        {
            answer.content.insert(MEDIA_TYPE.to_owned(), content);
        }
    }
}

/// This document, for programs.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)))]
pub(super) async fn openapi(State(state): State<ApiState>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], state.document().to_owned()).into_response()
}

/// This document, for people.
#[utoipa::path(get, path = "/docs", tag = "operation", operation_id = "docs", security(()),
    responses((status = 200, content_type = "text/html", body = String)))]
pub(super) async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // The page is one file and asks for nothing but the document.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    (headers, include_str!("docs.html")).into_response()
}
