//! Spans as OpenTelemetry's collectors take them: the message `ExportTraceServiceRequest` of OTLP 1, as protobuf.
//!
//! The message is small and does not change any more, so it is written here by hand; a test reads it with the types that
//! OpenTelemetry generates.

use crate::trace::{Span, Value};

/// Whose spans they are.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// `service.name`.
    pub service: &'a str,
    /// `service.version`.
    pub version: &'a str,
    /// `service.instance.id`: tells programs of the same name apart.
    pub instance: &'a str,
}

/// Writes a request with these spans.
pub fn encode(source: &Source<'_>, spans: &[Span]) -> Vec<u8> {
    let mut resource = Vec::new();
    for (name, text) in [
        ("service.name", source.service),
        ("service.version", source.version),
        ("service.instance.id", source.instance),
    ] {
        message(&mut resource, 1, &attribute(name, &Value::Text(text.to_owned())));
    }
    let mut scope = Vec::new();
    bytes(&mut scope, 1, b"callwright");
    bytes(&mut scope, 2, source.version.as_bytes());
    let mut scoped = Vec::new();
    message(&mut scoped, 1, &scope);
    for one in spans {
        message(&mut scoped, 2, &span(one));
    }
    let mut of_resource = Vec::new();
    message(&mut of_resource, 1, &resource);
    message(&mut of_resource, 2, &scoped);
    let mut request = Vec::new();
    message(&mut request, 1, &of_resource);
    request
}

fn span(span: &Span) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(&mut out, 1, &span.trace.0);
    bytes(&mut out, 2, &span.id.0);
    if let Some(parent) = span.parent {
        bytes(&mut out, 4, &parent.0);
    }
    bytes(&mut out, 5, span.name.as_bytes());
    number(&mut out, 6, span.kind as u64);
    fixed64(&mut out, 7, nanoseconds(span.from_ms));
    fixed64(&mut out, 8, nanoseconds(span.to_ms));
    for (name, value) in &span.attributes {
        message(&mut out, 9, &attribute(name, value));
    }
    if let Some(fault) = &span.fault {
        let mut status = Vec::new();
        bytes(&mut status, 2, fault.as_bytes());
        // STATUS_CODE_ERROR.
        number(&mut status, 3, 2);
        message(&mut out, 15, &status);
    }
    out
}

fn nanoseconds(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or_default().saturating_mul(1_000_000)
}

fn attribute(name: &str, value: &Value) -> Vec<u8> {
    let mut any = Vec::new();
    match value {
        Value::Text(text) => bytes(&mut any, 1, text.as_bytes()),
        Value::Bool(value) => number(&mut any, 2, u64::from(*value)),
        Value::Int(value) => number(&mut any, 3, value.cast_unsigned()),
    }
    let mut out = Vec::new();
    bytes(&mut out, 1, name.as_bytes());
    message(&mut out, 2, &any);
    out
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn fixed64(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3 | 1);
    out.extend_from_slice(&value.to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn message(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    bytes(out, field, value);
}

#[cfg(test)]
mod tests {
    use call_model::CallId;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
    use prost::Message as _;

    use super::*;
    use crate::trace::{Kind, SpanId, TraceId};

    #[test]
    fn the_types_of_opentelemetry_read_what_was_written() {
        let call = CallId::from_parts(1, 2);
        let (trace, root) = (TraceId::of_call(call), SpanId::of(call, "call", 0));
        let mut failed =
            Span::new(trace, root, SpanId::of(call, "tool", 1), "tool", (1_700_000_000_000, 1_700_000_000_250))
                .with("tool", "book")
                .with("count", -3_i64)
                .with("late", true);
        failed.kind = Kind::Client;
        failed.fault = Some("timed_out".into());
        let mut whole = Span::new(trace, root, root, "call", (5, 3));
        whole.parent = None;
        let source = Source { service: "line", version: "1.2.3", instance: "a" };
        let request = ExportTraceServiceRequest::decode(&encode(&source, &[whole, failed])[..]).unwrap();
        let of_resource = &request.resource_spans[0];
        let resource = of_resource.resource.as_ref().unwrap();
        assert_eq!(resource.attributes[0].key, "service.name");
        let spans = &of_resource.scope_spans[0].spans;
        assert_eq!((spans.len(), spans[0].parent_span_id.len()), (2, 0));
        assert_eq!(
            (spans[0].start_time_unix_nano, spans[0].end_time_unix_nano),
            (5_000_000, 5_000_000),
            "never backwards"
        );
        let tool = &spans[1];
        assert_eq!((&tool.trace_id[..], &tool.parent_span_id[..]), (&trace.0[..], &root.0[..]));
        assert_eq!((tool.name.as_str(), tool.kind), ("tool", 3));
        assert_eq!(tool.end_time_unix_nano - tool.start_time_unix_nano, 250_000_000);
        let values: Vec<_> =
            tool.attributes.iter().map(|it| it.value.as_ref().unwrap().value.clone().unwrap()).collect();
        assert_eq!(values, [Any::StringValue("book".into()), Any::IntValue(-3), Any::BoolValue(true)]);
        let status = tool.status.as_ref().unwrap();
        assert_eq!((status.code, status.message.as_str()), (2, "timed_out"));
    }
}
