//! Calls between two SIP tasks.

use sip_core::message::{NameAddr, StatusCode, Uri};
use sip_core::{Body, EndReason, Event, LegHandle, OutgoingCall};

use super::Node;

pub fn uri(text: &str) -> Uri {
    text.parse().expect("a URI")
}

pub fn outgoing(target: Uri) -> OutgoingCall {
    let from: NameAddr = "<sip:caller@test.invalid>".parse().expect("an address");
    let mut call = OutgoingCall::new(target, from);
    call.body = Some(Body::sdp("offer"));
    call
}

/// One call from ring to BYE, hung up by the caller.
pub async fn whole_call(caller: &mut Node, callee: &mut Node, target: Uri) {
    let (leg, incoming) = answered_call(caller, callee, target).await;
    hang_up(caller, leg, callee, incoming).await;
}

/// A call up to its ACK.
pub async fn answered_call(caller: &mut Node, callee: &mut Node, target: Uri) -> (LegHandle, LegHandle) {
    let leg = caller.handle.invite(outgoing(target)).await.expect("placed");
    let incoming = callee.incoming().await;
    assert_eq!(incoming.offer.as_ref().map(|offer| &offer.data[..]), Some(&b"offer"[..]));
    callee.handle.ring(incoming.leg, StatusCode::RINGING, None).await.expect("it rings");
    callee.handle.accept(incoming.leg, Body::sdp("answer")).await.expect("accepted");
    caller.until(|event| matches!(event, Event::Answered { leg: answered, .. } if *answered == leg)).await;
    callee.until(|event| matches!(event, Event::Confirmed { .. })).await;
    (leg, incoming.leg)
}

/// The end of it.
pub async fn hang_up(caller: &mut Node, leg: LegHandle, callee: &mut Node, incoming: LegHandle) {
    caller.handle.hangup(leg).await.expect("running");
    assert_eq!(ended(caller, leg).await, EndReason::Bye);
    assert_eq!(ended(callee, incoming).await, EndReason::Bye);
}

pub async fn ended(node: &mut Node, leg: LegHandle) -> EndReason {
    let event = node.until(|event| matches!(event, Event::Ended { leg: ended, .. } if *ended == leg)).await;
    let Event::Ended { reason, .. } = event else { unreachable!("the event was chosen so") };
    reason
}
