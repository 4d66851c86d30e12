//! Dialogs (RFC 3261 section 12): what both ends agree on, and the requests that follow from it.

mod nat;

use crate::flow::Flow;
use crate::message::{CSeq, HeaderName, Method, NameAddr, Request, Response, Uri};

/// Where a request is to go: the URI whose host is looked up, or a flow that replaces it.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub uri: Uri,
    pub flow: Option<Flow>,
}

impl Hop {
    pub(crate) fn to(uri: Uri) -> Self {
        Self { uri, flow: None }
    }
}

/// One end of a dialog, or what is known of it before there is one.
#[derive(Debug, Clone)]
pub(crate) struct Dialog {
    pub call_id: String,
    /// Our address with our tag.
    pub local: NameAddr,
    /// Their address, with their tag once there is one.
    pub remote: NameAddr,
    /// CSeq of our last request.
    pub local_seq: u32,
    /// CSeq of their last request.
    pub remote_seq: Option<u32>,
    /// The remote target: the Contact of the other end.
    pub target: Uri,
    /// The proxies that want to stay on the path, the nearest first.
    pub routes: Vec<NameAddr>,
    /// The target's address is of no use: the other end is behind a NAT, or on a connection.
    pub follows_flow: bool,
    /// Send by this flow then. `None` when its connection has gone, until the other end comes by a new one.
    pub pinned: Option<Flow>,
    /// The user part of our Contact.
    pub contact_user: Option<String>,
    /// The feature tag of our Contact (RFC 3840).
    pub contact_feature: Option<&'static str>,
    /// We chose the Call-ID, which decides on the back-off after glare.
    pub owns_call_id: bool,
}

impl Dialog {
    /// The callee's end, from an INVITE. `None` when its headers do not allow for a dialog.
    pub(crate) fn callee(request: &Request, local_tag: &str, flow: Flow) -> Option<Self> {
        let headers = &request.headers;
        let routes = headers.record_routes().ok()?;
        let remote = headers.from().ok()?;
        // A client of RFC 2543 may leave its Contact out.
        let target = headers.contacts().ok()?.into_iter().next().map_or_else(|| remote.uri.clone(), |it| it.uri);
        let direct = routes.is_empty() && headers.get_list(&HeaderName::Via).count() == 1;
        let via = headers.top_via().ok()?;
        let follows_flow = direct && nat::callee_should_pin(&target, &via, flow);
        Some(Self {
            call_id: headers.call_id()?.to_owned(),
            local: headers.to().ok()?.with_tag(local_tag),
            remote,
            local_seq: 0,
            remote_seq: Some(headers.cseq().ok()?.seq),
            target,
            routes,
            follows_flow,
            pinned: follows_flow.then_some(flow),
            contact_user: request.uri.username().map(std::borrow::Cow::into_owned),
            contact_feature: None,
            owns_call_id: false,
        })
    }

    /// Takes from a response to our INVITE what makes a dialog of it: the tag, the target and the routes. `flow` is
    /// the one that the response came by.
    pub(crate) fn adopt(&mut self, response: &Response, flow: Flow) {
        if let Ok(to) = response.headers.to() {
            self.remote = to;
        }
        self.routes = response.headers.record_routes().unwrap_or_default();
        self.routes.reverse();
        self.refresh_target(&response.headers);
        self.follows_flow |= self.routes.is_empty() && nat::caller_should_pin(&self.target, flow);
        self.heard_by(flow);
    }

    /// Something of the dialog came by this flow: a client behind a NAT may show up at another port, or on a new
    /// connection.
    pub(crate) fn heard_by(&mut self, flow: Flow) {
        if self.follows_flow {
            self.pinned = Some(flow);
        }
    }

    /// Takes the other end's new Contact, if there is one.
    pub(crate) fn refresh_target(&mut self, headers: &crate::message::Headers) {
        if let Some(contact) = headers.contacts().ok().and_then(|contacts| contacts.into_iter().next()) {
            self.target = contact.uri;
        }
    }

    pub(crate) fn local_tag(&self) -> &str {
        self.local.tag().unwrap_or_default()
    }

    pub(crate) fn remote_tag(&self) -> Option<&str> {
        self.remote.tag()
    }

    /// Does this request of the other end come in order (RFC 3261 section 12.2.2)? Remembers its number.
    pub(crate) fn take_remote_seq(&mut self, seq: u32) -> bool {
        let in_order = self.remote_seq.is_none_or(|last| seq >= last);
        if in_order {
            self.remote_seq = Some(seq);
        }
        in_order
    }

    /// The next request of ours, without Via and Contact, and where it goes.
    pub(crate) fn request(&mut self, method: Method, max_forwards: u8) -> (Request, Hop) {
        self.local_seq += 1;
        self.request_numbered(method, self.local_seq, max_forwards)
    }

    /// The ACK for a 2xx to the INVITE of this number.
    pub(crate) fn ack(&self, seq: u32, max_forwards: u8) -> (Request, Hop) {
        self.request_numbered(Method::Ack, seq, max_forwards)
    }

    fn request_numbered(&self, method: Method, seq: u32, max_forwards: u8) -> (Request, Hop) {
        let (uri, routes, hop) = self.route();
        let mut request = Request::new(method.clone(), uri);
        let headers = &mut request.headers;
        headers.push(HeaderName::MaxForwards, max_forwards.to_string());
        headers.push(HeaderName::From, self.local.to_string());
        headers.push(HeaderName::To, self.remote.to_string());
        headers.push(HeaderName::CallId, self.call_id.as_str());
        headers.push(HeaderName::CSeq, CSeq::new(seq, method).to_string());
        for route in routes {
            headers.push(HeaderName::Route, route.to_string());
        }
        (request, Hop { uri: hop, flow: self.pinned })
    }

    /// Request-URI, Route headers and next hop (RFC 3261 section 12.2.1.1): loose routers get the target as
    /// Request-URI; a strict one gets itself there, and the target at the end of the routes.
    fn route(&self) -> (Uri, Vec<NameAddr>, Uri) {
        let Some(first) = self.routes.first() else { return (self.target.clone(), Vec::new(), self.target.clone()) };
        if first.uri.is_loose_router() {
            return (self.target.clone(), self.routes.clone(), first.uri.clone());
        }
        let mut uri = first.uri.clone();
        uri.headers = None;
        uri.params.remove("method");
        let mut routes = self.routes[1..].to_vec();
        routes.push(NameAddr::new(self.target.clone()));
        (uri.clone(), routes, uri)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn dialog(routes: &[&str]) -> Dialog {
        let addr = |text: &str| NameAddr::parse(text).unwrap();
        Dialog {
            call_id: "x".into(),
            local: addr("<sip:a@a.example>;tag=1"),
            remote: addr("<sip:b@b.example>;tag=2"),
            local_seq: 7,
            remote_seq: None,
            target: Uri::parse("sip:b@192.0.2.7").unwrap(),
            routes: routes.iter().map(|text| addr(text)).collect(),
            follows_flow: false,
            pinned: None,
            contact_user: None,
            contact_feature: None,
            owns_call_id: true,
        }
    }

    fn routes(request: &Request) -> Vec<&str> {
        request.headers.get_all(&HeaderName::Route).collect()
    }

    /// RFC 3261 section 12.2.1.1.
    #[test]
    fn loose_routers_get_the_target_as_request_uri() {
        let (request, hop) = dialog(&["<sip:p1.example;lr>", "<sip:p2.example;lr>"]).request(Method::Bye, 70);
        assert_eq!(request.uri.to_string(), "sip:b@192.0.2.7");
        assert_eq!(routes(&request), ["<sip:p1.example;lr>", "<sip:p2.example;lr>"]);
        assert_eq!(hop.uri.to_string(), "sip:p1.example;lr");
        assert_eq!(request.headers.cseq().unwrap().seq, 8);
    }

    /// RFC 3261 section 12.2.1.1, and 16.12.1.2 for the example.
    #[test]
    fn a_strict_router_gets_itself_as_request_uri() {
        let (request, hop) = dialog(&["<sip:p1.example>", "<sip:p2.example;lr>"]).request(Method::Bye, 70);
        assert_eq!(request.uri.to_string(), "sip:p1.example");
        assert_eq!(routes(&request), ["<sip:p2.example;lr>", "<sip:b@192.0.2.7>"]);
        assert_eq!(hop.uri.to_string(), "sip:p1.example");
    }

    #[test]
    fn requests_out_of_order_are_told() {
        let mut dialog = dialog(&[]);
        assert!(dialog.take_remote_seq(5));
        assert!(dialog.take_remote_seq(9));
        assert!(!dialog.take_remote_seq(8));
        assert_eq!(dialog.remote_seq, Some(9));
    }
}
