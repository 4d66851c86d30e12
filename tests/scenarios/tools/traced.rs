//! A call as a trace: from its INVITE to the work after it, at a collector, and in the systems that it reached.

use std::collections::HashMap;

use callwright_tests::receiver::Receiver;
use callwright_tests::{Endpoint, Reply, Settings, wait};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use super::{ASKS, agent, calls, goodbye, house, model, wish};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn spans(collector: &Receiver) -> Vec<Span> {
    let requests =
        collector.deliveries().into_iter().map(|it| ExportTraceServiceRequest::decode(&it.body[..]).unwrap());
    let of_resource = requests.flat_map(|request| request.resource_spans);
    of_resource.flat_map(|it| it.scope_spans).flat_map(|it| it.spans).collect()
}

fn attribute(span: &Span, name: &str) -> String {
    let found = span.attributes.iter().find(|it| it.key == name).and_then(|it| it.value.clone()?.value);
    format!("{found:?}")
}

#[tokio::test]
async fn a_call_is_one_trace_from_its_invite_to_the_work_after_it() {
    let (collector, receiver) = (Receiver::start().await, Receiver::start().await);
    let shop = Endpoint::start(vec![Reply::Json(200, json!({ "state": "sent on Monday" }))]).await;
    let tool = format!(
        "about: Looks an order up by its number.\nmethod: GET\neffect: false\n\
         parameters:\n  type: object\n  required: [order]\n  properties:\n    order: {{type: string}}\n\
         url: \"{}/orders/{{{{ args.order }}}}\"\nresult: {{state: \"{{{{ body.state }}}}\"}}\n",
        shop.url
    );
    let part = model().on(ASKS, calls("order_status", json!({ "order": "123456" }))).back(
        "order_status",
        "sent on Monday",
        goodbye("It was sent on Monday."),
    );
    let settings = Settings::default().environment("OTLP_TOKEN", "Bearer of-the-collector").config(&format!(
        "[telemetry]\notlp = \"{}\"\notlp_secret_env = \"OTLP_TOKEN\"\n[[webhooks]]\nurl = \"{}\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n",
        collector.url.trim_end_matches("/events"),
        receiver.url
    ));
    let house = house(settings, &[("order_status", tool)], &agent("  order_status: {}"), part).await;
    let talk = house.call(wish()).await;
    let all = wait::until("the whole trace is there", async || {
        let all = spans(&collector);
        let there = |name: &str| all.iter().any(|span| span.name == name);
        (there("call") && there("after_call") && there("tool")).then_some(all)
    })
    .await;

    // One trace, one root, and everything hangs on it.
    let trace = all[0].trace_id.clone();
    assert!(all.iter().all(|span| span.trace_id == trace), "{all:#?}");
    let by_id: HashMap<&[u8], &Span> = all.iter().map(|span| (&span.span_id[..], span)).collect();
    assert_eq!(by_id.len(), all.len(), "each span once, with an id of its own");
    let roots: Vec<&Span> = all.iter().filter(|span| span.parent_span_id.is_empty()).collect();
    assert_eq!(roots.len(), 1);
    assert_eq!((roots[0].name.as_str(), roots[0].kind), ("call", 2), "somebody called us");
    let one = |name: &str| {
        all.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no span `{name}` in {all:#?}"))
    };
    let parent = |name: &str| by_id[&one(name).parent_span_id[..]].name.as_str();
    for (child, of) in [
        ("setup", "call"),
        ("app", "call"),
        ("transcript", "call"),
        ("after_call", "call"),
        ("prompt", "app"),
        ("utterance", "app"),
        ("turn", "app"),
        ("tool", "app"),
        ("hearing", "turn"),
        ("brain", "turn"),
        ("voice", "turn"),
    ] {
        assert_eq!(parent(child), of, "{child}");
    }
    for span in &all {
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
    }
    assert!(attribute(roots[0], "callwright.call.id").contains(&talk.id()));
    assert!(attribute(one("app"), "callwright.app.name").contains("desk"));
    assert!(attribute(one("tool"), "callwright.tool").contains("order_status"));

    // The business's system and the webhook are told where they belong.
    let asked = shop.asked();
    assert_eq!(asked[0].header("traceparent"), format!("00-{}-{}-01", hex(&trace), hex(&one("tool").span_id)));
    let told = receiver.delivery("the end is told", |delivery| delivery.kind() == "call.ended").await;
    assert_eq!(told.header("traceparent"), format!("00-{}-{}-01", hex(&trace), hex(&roots[0].span_id)));
    assert!(collector.deliveries().iter().all(|it| it.header("authorization") == "Bearer of-the-collector"));

    // Nobody's words, name or number are in it.
    let everything = format!("{all:?}");
    for private in ["2025550123", "help me with this", "sent on Monday", "123456"] {
        assert!(!everything.contains(private), "{private}");
    }
}
