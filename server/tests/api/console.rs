//! The console's pages: open, strict, and never in the way of the API.

use crate::support::{Surface, read, read_response};

#[tokio::test]
async fn the_console_is_open_and_its_pages_may_do_little() {
    let surface = Surface::start().await;
    for page in ["/", "/calls", "/settings/users", "/calls/call_00000000000000000000000000"] {
        let request = surface.http.get(format!("{}{page}", surface.base)).header("accept", "text/html,*/*;q=0.8");
        let answer = read(request).await;
        assert_eq!(answer.status, 200, "{page}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").starts_with("default-src 'self'; script-src 'self';"));
        assert!(answer.header("permissions-policy").contains("microphone=(self)"));
        assert!(answer.body.as_str().unwrap().contains("<html"), "{page}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_told_so_as_before() {
    let surface = Surface::start().await;
    let url = |path: &str| format!("{}{path}", surface.base);
    for path in ["/v1/nothing", "/assets/gone-1a2b.js", "/gone.png", "/../Cargo.toml"] {
        read(surface.http.get(url(path)).header("accept", "text/html")).await.problem(404);
    }
    read(surface.http.get(url("/calls"))).await.problem(404);
    read(surface.http.post(url("/")).header("accept", "text/html")).await.problem(404);
    read(surface.http.get(url("/v1/calls")).header("accept", "text/html")).await.problem(401);
}

#[tokio::test]
async fn a_page_is_asked_for_again_and_only_its_head_is_sent() {
    let surface = Surface::start().await;
    let first = read(surface.http.get(format!("{}/", surface.base))).await;
    let tag = first.header("etag").to_owned();
    let again = surface.http.get(format!("{}/", surface.base)).header("if-none-match", &tag);
    assert_eq!(read(again).await.status, 304);
    let head = surface.http.head(format!("{}/", surface.base)).send().await.unwrap();
    let length = head.headers()["content-length"].to_str().unwrap().to_owned();
    assert!(length.parse::<usize>().unwrap() > 100, "{length}");
    let head = read_response(head).await;
    assert_eq!((head.status.as_u16(), head.body), (200, serde_json::Value::String(String::new())));
}
