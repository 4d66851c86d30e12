//! THE table: what each path asks for. What is not in it is refused.

use axum::http::Method;

use super::principal::Principal;
#[allow(clippy::enum_glob_use, reason = "the table is read as a table")]
use super::scopes::Scope::{self, *};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Everybody, also without a key.
    Open,
    /// Everybody who is known.
    Known,
    /// A user who has signed in: no key.
    User,
    /// Who has this.
    Has(Scope),
}

/// What those get who see only the calls that they took part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The same as everybody: it shows no calls, or the handler leaves out those of others.
    Same,
    /// Only what belongs to such a call, which the path names: see to it at the gate.
    OwnCall,
    /// Nothing: it shows what was said in other calls.
    Nothing,
}

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Right {
    /// HTTP method; `*`: all.
    pub method: &'static str,
    /// The path as the router has it.
    pub path: &'static str,
    pub need: Need,
    pub reach: Reach,
    /// The code under which it is in the audit log; `None`: it is not.
    pub action: Option<&'static str>,
}

const fn right(method: &'static str, path: &'static str, need: Need, reach: Reach, action: &'static str) -> Right {
    let action = if action.is_empty() { None } else { Some(action) };
    Right { method, path, need, reach, action }
}

const fn get(path: &'static str, scope: Scope) -> Right {
    right("GET", path, Need::Has(scope), Reach::Same, "")
}

/// A read that is written down.
const fn told(path: &'static str, scope: Scope, action: &'static str) -> Right {
    right("GET", path, Need::Has(scope), Reach::Same, action)
}

const fn post(path: &'static str, scope: Scope, action: &'static str) -> Right {
    right("POST", path, Need::Has(scope), Reach::Same, action)
}

const fn put(path: &'static str, scope: Scope, action: &'static str) -> Right {
    right("PUT", path, Need::Has(scope), Reach::Same, action)
}

const fn patch(path: &'static str, scope: Scope, action: &'static str) -> Right {
    right("PATCH", path, Need::Has(scope), Reach::Same, action)
}

const fn delete(path: &'static str, scope: Scope, action: &'static str) -> Right {
    right("DELETE", path, Need::Has(scope), Reach::Same, action)
}

/// Something of one call: `/v1/calls/{id}` and what is under it.
const fn of_call(right: Right) -> Right {
    Right { reach: Reach::OwnCall, ..right }
}

/// What shows other calls than one's own.
const fn of_all(right: Right) -> Right {
    Right { reach: Reach::Nothing, ..right }
}

const fn user(method: &'static str, path: &'static str, action: &'static str) -> Right {
    right(method, path, Need::User, Reach::Same, action)
}

const fn open(method: &'static str, path: &'static str) -> Right {
    right(method, path, Need::Open, Reach::Same, "")
}

/// All lines. A new path gets one here; a test sees to it.
pub(crate) const RIGHTS: &[Right] = &[
    // Signing in; the handlers write these down themselves, with what came of them.
    open("GET", "/v1/session/options"),
    open("POST", "/v1/session"),
    open("POST", "/v1/session/link"),
    open("GET", "/v1/session/openid"),
    open("GET", "/v1/session/openid/return"),
    open("POST", "/v1/session/openid/code"),
    user("GET", "/v1/session", ""),
    user("DELETE", "/v1/session", "session.end"),
    user("PATCH", "/v1/session/user", "user.change"),
    user("POST", "/v1/session/password", "password.change"),
    user("POST", "/v1/session/second-factor", "second_factor.propose"),
    user("PUT", "/v1/session/second-factor", "second_factor.add"),
    user("DELETE", "/v1/session/second-factor", "second_factor.remove"),
    user("GET", "/v1/sessions", ""),
    user("DELETE", "/v1/sessions/{id}", "session.end"),
    right("*", "/mcp", Need::Known, Reach::Same, ""),
    right("GET", "/metrics", Need::Known, Reach::Same, ""),
    // Users, keys, the log.
    get("/v1/users", UsersRead),
    post("/v1/users", UsersWrite, "user.add"),
    get("/v1/users/{id}", UsersRead),
    patch("/v1/users/{id}", UsersWrite, "user.change"),
    delete("/v1/users/{id}", UsersWrite, "user.remove"),
    post("/v1/users/{id}/link", UsersWrite, "user.link"),
    get("/v1/keys", KeysWrite),
    post("/v1/keys", KeysWrite, "key.add"),
    delete("/v1/keys/{name}", KeysWrite, "key.revoke"),
    told("/v1/audit", AuditRead, "audit.read"),
    // Calls.
    get("/v1/calls", CallsRead),
    post("/v1/calls", CallsWrite, "call.place"),
    of_call(get("/v1/calls/{id}", CallsRead)),
    of_call(delete("/v1/calls/{id}", CallsWrite, "call.end")),
    of_call(get("/v1/calls/{id}/events", CallsRead)),
    of_call(get("/v1/calls/{id}/insights", CallsRead)),
    of_call(post("/v1/calls/{id}/insights/again", CallsWrite, "insights.again")),
    of_call(get("/v1/calls/{id}/live", LiveRead)),
    of_call(told("/v1/calls/{id}/recording", CallsListen, "recording.read")),
    of_call(post("/v1/calls/{id}/recording", CallsWrite, "recording.switch")),
    of_call(get("/v1/calls/{id}/waveform", CallsListen)),
    of_call(told("/v1/calls/{id}/capture", SettingsWrite, "capture.read")),
    of_call(post("/v1/calls/{id}/capture", SettingsWrite, "capture.begin")),
    of_call(delete("/v1/calls/{id}/capture", SettingsWrite, "capture.end")),
    of_call(get("/v1/calls/{id}/signalling", CallsRead)),
    of_call(told("/v1/calls/{id}/transcript", CallsRead, "transcript.read")),
    of_call(get("/v1/calls/{id}/tags", CallsRead)),
    of_call(put("/v1/calls/{id}/tags", CallsNote, "call.tag")),
    of_call(get("/v1/calls/{id}/notes", CallsRead)),
    of_call(post("/v1/calls/{id}/notes", CallsNote, "note.add")),
    of_call(patch("/v1/calls/{id}/notes/{note}", CallsNote, "note.change")),
    of_call(delete("/v1/calls/{id}/notes/{note}", CallsNote, "note.remove")),
    of_call(get("/v1/calls/{id}/corrections", CallsRead)),
    of_call(put("/v1/calls/{id}/corrections/{seq}", CallsNote, "transcript.correct")),
    of_call(delete("/v1/calls/{id}/corrections/{seq}", CallsNote, "transcript.uncorrect")),
    of_call(post("/v1/calls/{id}/supervision", LiveSupervise, "supervision.begin")),
    of_call(patch("/v1/calls/{id}/supervision", LiveSupervise, "supervision.change")),
    of_call(delete("/v1/calls/{id}/supervision", LiveSupervise, "supervision.end")),
    of_all(get("/v1/tags", CallsRead)),
    of_all(told("/v1/transcripts/search", CallsRead, "transcript.search")),
    get("/v1/live", LiveRead),
    get("/v1/queues", LiveRead),
    get("/v1/presence", LiveRead),
    put("/v1/presence", PhoneUse, "member.away"),
    right("POST", "/v1/phone/registration", Need::Has(PhoneUse), Reach::Same, ""),
    right("DELETE", "/v1/phone/registration", Need::Has(PhoneUse), Reach::Same, ""),
    get("/v1/phone/script", PhoneUse),
    get("/v1/phone/sip", PhoneUse),
    get("/v1/voicemails", VoicemailsRead),
    get("/v1/voicemails/{id}", VoicemailsRead),
    patch("/v1/voicemails/{id}", VoicemailsWrite, "voicemail.change"),
    delete("/v1/voicemails/{id}", VoicemailsWrite, "voicemail.remove"),
    told("/v1/voicemails/{id}/audio", VoicemailsRead, "voicemail.read"),
    // People.
    get("/v1/contacts", ContactsRead),
    post("/v1/contacts", ContactsWrite, "contact.add"),
    get("/v1/contacts/duplicates", ContactsRead),
    told("/v1/contacts/export", ExportRead, "contacts.export"),
    post("/v1/contacts/import", ContactsWrite, "contacts.import"),
    get("/v1/contacts/{id}", ContactsRead),
    patch("/v1/contacts/{id}", ContactsWrite, "contact.change"),
    delete("/v1/contacts/{id}", SettingsWrite, "contact.remove"),
    told("/v1/contacts/{id}/archive", ExportRead, "contact.archive"),
    post("/v1/contacts/{id}/merge", ContactsWrite, "contact.merge"),
    get("/v1/contacts/{id}/merges", ContactsRead),
    post("/v1/merges/{id}/undo", ContactsWrite, "contact.unmerge"),
    get("/v1/contacts/{id}/notes", ContactsRead),
    post("/v1/contacts/{id}/notes", ContactsWrite, "contact_note.add"),
    delete("/v1/contacts/{id}/notes/{note}", ContactsWrite, "contact_note.remove"),
    put("/v1/contacts/{id}/pin", ContactsWrite, "contact_pin.set"),
    delete("/v1/contacts/{id}/pin", ContactsWrite, "contact_pin.remove"),
    get("/v1/contacts/{id}/timeline", ContactsRead),
    get("/v1/segments", ContactsRead),
    get("/v1/segments/{name}", ContactsRead),
    put("/v1/segments/{name}", CampaignsWrite, "segment.put"),
    delete("/v1/segments/{name}", CampaignsWrite, "segment.remove"),
    get("/v1/segments/{name}/contacts", ContactsRead),
    get("/v1/consents", ContactsRead),
    post("/v1/consents", ContactsWrite, "consent.add"),
    post("/v1/consents/opt-in", ContactsWrite, "consent.opt_in"),
    get("/v1/consents/{id}", ContactsRead),
    post("/v1/consents/{id}/answer", ContactsWrite, "consent.answer"),
    post("/v1/consents/{id}/withdraw", ContactsWrite, "consent.withdraw"),
    get("/v1/suppressions", ContactsRead),
    post("/v1/suppressions", ContactsWrite, "suppression.add"),
    delete("/v1/suppressions", CampaignsWrite, "suppression.lift"),
    get("/v1/do-not-call", ContactsRead),
    put("/v1/do-not-call/{name}", CampaignsWrite, "do_not_call.put"),
    delete("/v1/do-not-call/{name}", CampaignsWrite, "do_not_call.remove"),
    get("/v1/standing", ContactsRead),
    get("/v1/erasures", SettingsRead),
    post("/v1/erasures", SettingsWrite, "person.erase"),
    get("/v1/erasures/{id}", SettingsRead),
    get("/v1/appointments", ContactsRead),
    post("/v1/appointments", ContactsWrite, "appointment.add"),
    get("/v1/appointments/{id}", ContactsRead),
    patch("/v1/appointments/{id}", ContactsWrite, "appointment.change"),
    delete("/v1/appointments/{id}", ContactsWrite, "appointment.cancel"),
    get("/v1/appointments/{id}/ics", ContactsRead),
    get("/v1/calendar", ContactsRead),
    get("/v1/calendar/slots", ContactsRead),
    post("/v1/calendar/{person}/feed", SettingsWrite, "calendar.feed"),
    get("/v1/tickets", ContactsRead),
    post("/v1/tickets", ContactsWrite, "ticket.add"),
    get("/v1/tickets/{id}", ContactsRead),
    patch("/v1/tickets/{id}", ContactsWrite, "ticket.change"),
    get("/v1/follow-ups", ContactsRead),
    get("/v1/follow-ups/{id}", ContactsRead),
    patch("/v1/follow-ups/{id}", ContactsWrite, "follow_up.change"),
    // Campaigns.
    get("/v1/campaigns", CampaignsRead),
    post("/v1/campaigns", CampaignsWrite, "campaign.add"),
    get("/v1/campaigns/{id}", CampaignsRead),
    put("/v1/campaigns/{id}", CampaignsWrite, "campaign.put"),
    delete("/v1/campaigns/{id}", CampaignsWrite, "campaign.remove"),
    get("/v1/campaigns/{id}/contacts", CampaignsRead),
    post("/v1/campaigns/{id}/contacts", CampaignsWrite, "campaign.contacts"),
    get("/v1/campaigns/{id}/dry-run", CampaignsRead),
    put("/v1/campaigns/{id}/pace", CampaignsWrite, "campaign.pace"),
    post("/v1/campaigns/{id}/pause", CampaignsWrite, "campaign.pause"),
    get("/v1/campaigns/{id}/preview", CampaignsRead),
    post("/v1/campaigns/{id}/preview/accept", PhoneUse, "campaign.preview.accept"),
    post("/v1/campaigns/{id}/preview/next", PhoneUse, "campaign.preview.next"),
    post("/v1/campaigns/{id}/preview/skip", PhoneUse, "campaign.preview.skip"),
    get("/v1/campaigns/{id}/progress", CampaignsRead),
    get("/v1/campaigns/{id}/results", CampaignsRead),
    post("/v1/campaigns/{id}/resume", CampaignsWrite, "campaign.resume"),
    get("/v1/campaigns/{id}/rounds", CampaignsRead),
    post("/v1/campaigns/{id}/start", CampaignsWrite, "campaign.start"),
    post("/v1/campaigns/{id}/stop", CampaignsWrite, "campaign.stop"),
    post("/v1/campaigns/{id}/test", CampaignsWrite, "campaign.test"),
    post("/v1/campaigns/{id}/trigger", CampaignsWrite, "campaign.trigger"),
    // What answers.
    get("/v1/flows", FlowsRead),
    get("/v1/flows/{name}", FlowsRead),
    put("/v1/flows/{name}", FlowsWrite, "flow.put"),
    delete("/v1/flows/{name}", FlowsWrite, "flow.remove"),
    get("/v1/flows/{name}/nodes", FlowsRead),
    get("/v1/flows/{name}/versions", FlowsRead),
    right("POST", "/v1/flows/{name}/try", Need::Has(FlowsRead), Reach::Same, ""),
    right("POST", "/v1/flows/check", Need::Has(FlowsRead), Reach::Same, ""),
    get("/v1/agents", AgentsRead),
    get("/v1/agents/{name}", AgentsRead),
    put("/v1/agents/{name}", AgentsWrite, "agent.put"),
    delete("/v1/agents/{name}", AgentsWrite, "agent.remove"),
    get("/v1/agents/{name}/versions", AgentsRead),
    get("/v1/agents/{name}/rehearsal-scripts", AgentsRead),
    put("/v1/agents/{name}/rehearsal-scripts/{script}", AgentsWrite, "rehearsal.put"),
    delete("/v1/agents/{name}/rehearsal-scripts/{script}", AgentsWrite, "rehearsal.remove"),
    get("/v1/agents/{name}/rehearsals", AgentsRead),
    post("/v1/agents/{name}/rehearsals", AgentsWrite, "agent.rehearse"),
    get("/v1/agents/{name}/rehearsals/{id}", AgentsRead),
    delete("/v1/agents/{name}/rehearsals/{id}", AgentsWrite, "agent.rehearse_stop"),
    get("/v1/knowledge", KnowledgeRead),
    get("/v1/knowledge/{name}", KnowledgeRead),
    put("/v1/knowledge/{name}", KnowledgeWrite, "knowledge.put"),
    delete("/v1/knowledge/{name}", KnowledgeWrite, "knowledge.remove"),
    get("/v1/knowledge/{name}/passages", KnowledgeRead),
    get("/v1/knowledge-gaps", KnowledgeRead),
    post("/v1/knowledge-gaps/{id}", KnowledgeWrite, "knowledge_gap.close"),
    get("/v1/numbers", NumbersRead),
    post("/v1/numbers", NumbersWrite, "number.add"),
    get("/v1/numbers/{id}", NumbersRead),
    patch("/v1/numbers/{id}", NumbersWrite, "number.change"),
    delete("/v1/numbers/{id}", NumbersWrite, "number.remove"),
    get("/v1/trunks", TrunksRead),
    post("/v1/trunks", TrunksWrite, "trunk.add"),
    get("/v1/trunks/{id}", TrunksRead),
    patch("/v1/trunks/{id}", TrunksWrite, "trunk.change"),
    delete("/v1/trunks/{id}", TrunksWrite, "trunk.remove"),
    get("/v1/doctor", TrunksRead),
    // Everybody who reads calls sees who took them, and a phone whom it can be put through to.
    get("/v1/members", CallsRead),
    get("/v1/members/{id}", CallsRead),
    post("/v1/members", SettingsWrite, "member.add"),
    patch("/v1/members/{id}", SettingsWrite, "member.change"),
    delete("/v1/members/{id}", SettingsWrite, "member.remove"),
    // The house.
    get("/v1/costs", ReportsRead),
    get("/v1/reports", ReportsRead),
    get("/v1/settings", SettingsRead),
    put("/v1/settings/{section}", SettingsWrite, "setting.put"),
    delete("/v1/settings/{section}", SettingsWrite, "setting.remove"),
    get("/v1/webhooks", SettingsRead),
    post("/v1/webhooks", SettingsWrite, "webhook.add"),
    get("/v1/webhooks/{id}", SettingsRead),
    patch("/v1/webhooks/{id}", SettingsWrite, "webhook.change"),
    delete("/v1/webhooks/{id}", SettingsWrite, "webhook.remove"),
    get("/v1/webhooks/{id}/deliveries", SettingsRead),
    post("/v1/webhooks/{id}/deliveries", SettingsWrite, "webhook.resend"),
    post("/v1/webhooks/{id}/deliveries/{event}/again", SettingsWrite, "webhook.resend"),
    get("/v1/events", SettingsRead),
    get("/v1/events/{id}", SettingsRead),
    get("/v1/bans", SettingsRead),
    delete("/v1/bans", SettingsWrite, "ban.lift"),
];

/// The line of a request, by the path as the router has it.
pub(crate) fn find(method: &Method, path: &str) -> Option<&'static Right> {
    // Whoever may get something may ask whether it is there.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    RIGHTS.iter().find(|right| right.path == path && (right.method == method || right.method == "*"))
}

impl Right {
    /// Whether somebody may do it.
    pub(crate) fn permits(&self, principal: &Principal) -> bool {
        let needed = match self.need {
            Need::Open | Need::Known => true,
            Need::User => principal.user_id().is_some(),
            Need::Has(scope) => principal.may(scope),
        };
        needed && !(self.reach == Reach::Nothing && principal.only_member().is_some())
    }

    /// What it is done to: the names in the path, with a `/` between them.
    pub(crate) fn object(&self, path: &str) -> Option<String> {
        let variable = |(pattern, name): (&str, &str)| pattern.starts_with('{').then(|| name.to_owned());
        let names: Vec<String> = self.path.split('/').zip(path.split('/')).filter_map(variable).collect();
        (!names.is_empty()).then(|| names.join("/").chars().take(128).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use call_model::SessionId;
    use store::{Role, UserRecord};

    use super::*;
    use crate::access::scopes::Scopes;

    /// Of those that need no key, `/v1` has only these: `/openapi.json` and its like are not behind the gate.
    fn routes() -> Vec<(String, String)> {
        let document: serde_json::Value = serde_json::from_str(&crate::api::document().to_json().unwrap()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let methods = |(path, item): (&String, &serde_json::Value)| {
            let path = path.clone();
            let methods: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
            methods.into_iter().map(move |method| (method, path.clone()))
        };
        paths.iter().filter(|(path, _)| path.starts_with("/v1/")).flat_map(methods).collect()
    }

    #[test]
    fn every_route_is_in_the_table_once() {
        let mut seen = BTreeSet::new();
        for right in RIGHTS {
            assert!(seen.insert((right.method, right.path)), "{} {} is there twice", right.method, right.path);
        }
        for (method, path) in routes() {
            let method: Method = method.parse().unwrap();
            let right = find(&method, &path);
            assert!(right.is_some(), "{method} {path} has no line in the table: who may do it?");
            let right = right.unwrap();
            if path.starts_with("/v1/calls/{id}") {
                assert_eq!(right.reach, Reach::OwnCall, "{method} {path} shows a call to who took no part in it");
            }
            let silent = ["/v1/phone/registration", "/v1/flows/{name}/try", "/v1/flows/check"];
            let told = right.action.is_some() || right.need == Need::Open || silent.contains(&right.path);
            assert!(method == Method::GET || told, "{method} {path} changes something that nobody is told of");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_found() {
        assert!(find(&Method::GET, "/v1/nothing").is_none());
        assert!(find(&Method::DELETE, "/v1/calls").is_none());
        assert!(find(&Method::HEAD, "/v1/calls").is_some());
    }

    #[test]
    fn roles_may_what_is_theirs() {
        let user = |role| {
            let user = UserRecord {
                id: call_model::UserId::from_parts(1, 1),
                name: "anna".into(),
                display: "Anna".into(),
                role,
                member: None,
                password: None,
                totp: None,
                totp_new: None,
                openid: None,
                language: None,
                disabled: false,
                created_ms: 0,
                updated_ms: 0,
            };
            Principal::user(&user, SessionId::from_parts(1, 1))
        };
        let may = |role, method: Method, path| find(&method, path).unwrap().permits(&user(role));
        for right in RIGHTS {
            assert!(right.permits(&user(Role::Admin)), "{} {}", right.method, right.path);
        }
        for (role, method, path, expected) in [
            (Role::Manager, Method::POST, "/v1/calls", true),
            (Role::Manager, Method::GET, "/v1/users", true),
            (Role::Manager, Method::POST, "/v1/users", false),
            (Role::Manager, Method::GET, "/v1/keys", false),
            (Role::Manager, Method::GET, "/v1/audit", false),
            (Role::Manager, Method::PATCH, "/v1/trunks/{id}", false),
            (Role::Member, Method::GET, "/v1/calls", true),
            (Role::Member, Method::POST, "/v1/calls", false),
            (Role::Member, Method::GET, "/v1/transcripts/search", false),
            (Role::Member, Method::GET, "/v1/calls/{id}/recording", false),
            (Role::Member, Method::POST, "/v1/phone/registration", true),
            (Role::Member, Method::DELETE, "/v1/contacts/{id}", false),
            (Role::Reviewer, Method::GET, "/v1/calls/{id}/recording", true),
            (Role::Reviewer, Method::PUT, "/v1/calls/{id}/tags", true),
            (Role::Reviewer, Method::POST, "/v1/calls", false),
            (Role::Reviewer, Method::DELETE, "/v1/calls/{id}", false),
            (Role::Reviewer, Method::PATCH, "/v1/contacts/{id}", false),
        ] {
            assert_eq!(may(role, method.clone(), path), expected, "{role:?} {method} {path}");
        }
        let key = Principal::key("crm", Scopes::all());
        assert!(!find(&Method::GET, "/v1/session").unwrap().permits(&key), "a key has no session");
        assert!(find(&Method::GET, "/v1/audit").unwrap().permits(&key));
    }

    #[test]
    fn the_object_is_what_the_path_names() {
        let right = find(&Method::PATCH, "/v1/calls/{id}/notes/{note}").unwrap();
        assert_eq!(right.object("/v1/calls/call_1/notes/note_2").as_deref(), Some("call_1/note_2"));
        assert_eq!(find(&Method::POST, "/v1/calls").unwrap().object("/v1/calls"), None);
    }
}
