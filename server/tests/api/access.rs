//! Signing in, what each role may do, and who is told of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use callwright::access::{AccessRules, HashCost, OpenId, WallClock, first_link};
use callwright::api::ApiConfig;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use store::{Address, NewCall, NewMember};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::{Answer, KEY, NOW, Surface, inbound, read};

pub const PASSWORD: &str = "correct horse battery";
const HOUR: i64 = 3_600_000;

/// A surface whose clock stands until it is set.
pub struct House {
    pub surface: Surface,
    rules: AccessRules,
    now: Arc<AtomicI64>,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Browser {
    pub cookie: String,
    pub csrf: String,
}

pub async fn house() -> House {
    house_with(None, Arc::new(AtomicI64::new(NOW))).await
}

/// The same with a provider of OpenID Connect, and a clock that others see, too.
pub async fn house_with(openid: Option<OpenId>, now: Arc<AtomicI64>) -> House {
    let told = now.clone();
    let rules = AccessRules {
        address: "https://pbx.example".to_owned(),
        proxies: vec!["127.0.0.1".parse().unwrap()],
        cost: HashCost { memory_kib: 64, passes: 1 },
        openid,
        clock: WallClock(Arc::new(move || told.load(Ordering::Relaxed))),
        ..AccessRules::default()
    };
    let surface = Surface::start_with(ApiConfig { access: rules.clone(), ..ApiConfig::default() }).await;
    House { surface, rules, now }
}

fn browser(answer: &Answer) -> Browser {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    Browser { cookie, csrf: answer.body["csrf"].as_str().unwrap().to_owned() }
}

impl House {
    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::Relaxed);
    }

    /// A request by nobody.
    pub fn open(&self, method: &str, path: &str) -> RequestBuilder {
        self.surface.http.request(method.parse().unwrap(), format!("{}{path}", self.surface.base))
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        read(self.open("POST", path).json(body)).await
    }

    pub fn by(&self, who: &Browser, method: &str, path: &str) -> RequestBuilder {
        self.open(method, path).header("cookie", &who.cookie).header("x-csrf-token", &who.csrf)
    }

    pub async fn ask(&self, who: &Browser, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.by(who, method, path);
        read(if method == "GET" { request } else { request.json(body) }).await
    }

    pub async fn get(&self, who: &Browser, path: &str) -> Answer {
        read(self.by(who, "GET", path)).await
    }

    /// The token of the first link.
    async fn first_token(&self) -> String {
        let link = first_link(self.surface.store.clone(), self.rules.clone()).await.unwrap().unwrap();
        let (place, token) = link.url.split_once('#').unwrap();
        assert_eq!(place, "https://pbx.example/link");
        token.to_owned()
    }

    pub async fn admin(&self) -> Browser {
        let token = self.first_token().await;
        let given = json!({"token": token, "password": PASSWORD, "name": "Anna", "display": "Anna Weber"});
        browser(&self.post("/v1/session/link", &given).await)
    }

    /// Invites somebody, who comes.
    pub async fn invited(&self, admin: &Browser, new: &Value) -> Browser {
        let user = self.ask(admin, "POST", "/v1/users", new).await.ok(201);
        let link =
            self.ask(admin, "POST", &format!("/v1/users/{}/link", user["id"].as_str().unwrap()), &json!({})).await;
        let url = link.ok(201)["url"].as_str().unwrap().to_owned();
        let token = url.split_once('#').unwrap().1;
        browser(&self.post("/v1/session/link", &json!({"token": token, "password": PASSWORD})).await)
    }

    async fn sign_in(&self, name: &str, password: &str, code: Option<&str>) -> Answer {
        self.sign_in_from("203.0.113.1", name, password, code).await
    }

    async fn sign_in_from(&self, address: &str, name: &str, password: &str, code: Option<&str>) -> Answer {
        let mut given = json!({"name": name, "password": password});
        if let Some(code) = code {
            given["code"] = code.into();
        }
        read(self.open("POST", "/v1/session").header("x-forwarded-for", address).json(&given)).await
    }

    pub async fn audit(&self, who: &Browser, query: &str) -> Vec<Value> {
        self.get(who, &format!("/v1/audit?{query}")).await.ok(200)["data"].as_array().unwrap().clone()
    }
}

/// The code that an app shows for a secret at a time.
pub fn code(secret: &str, at_ms: i64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits = secret.bytes().fold(String::new(), |bits, letter| {
        bits + &format!("{:05b}", ALPHABET.iter().position(|it| *it == letter).unwrap())
    });
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|bits| u8::from_str_radix(str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let digest = ring::hmac::sign(&key, &(at_ms / 30_000).to_be_bytes());
    let at = usize::from(digest.as_ref()[19] & 15);
    let word: [u8; 4] = digest.as_ref()[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

#[tokio::test]
async fn the_first_link_makes_an_admin_once_and_not_for_ever() {
    let house = house().await;
    let options = read(house.open("GET", "/v1/session/options")).await.ok(200);
    assert_eq!((&options["first_start"], &options["password"]), (&json!(true), &json!(true)));
    let late = house.first_token().await;
    house.pass(25 * HOUR);
    let given = |token: &str| json!({"token": token, "password": PASSWORD, "name": "anna"});
    assert_eq!(house.post("/v1/session/link", &given(&late)).await.body["code"], "link");
    let token = house.first_token().await;
    let weak = json!({"token": token, "password": "annaannaanna", "name": "anna"});
    assert_eq!(house.post("/v1/session/link", &weak).await.body["code"], "weak_password");
    let answer = house.post("/v1/session/link", &given(&token)).await;
    for flag in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(answer.header("set-cookie").contains(flag), "{}", answer.header("set-cookie"));
    }
    assert!(!answer.header("set-cookie").contains("Secure"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.body["user"]["role"], "admin");
    let anna = browser(&answer);
    let session = house.get(&anna, "/v1/session").await.ok(200);
    assert_eq!((&session["user"]["name"], &session["csrf"]), (&json!("anna"), &json!(anna.csrf)));
    assert!(session["scopes"].as_array().unwrap().contains(&json!("users:write")));
    house.post("/v1/session/link", &given(&token)).await.problem(401);
    assert!(first_link(house.surface.store.clone(), house.rules.clone()).await.unwrap().is_none());
    assert_eq!(read(house.open("GET", "/v1/session/options")).await.ok(200)["first_start"], false);
    let by_https = house.open("POST", "/v1/session").header("x-forwarded-proto", "https");
    let answer = read(by_https.json(&json!({"name": "ANNA ", "password": PASSWORD}))).await;
    assert!(answer.header("set-cookie").ends_with("; Secure"), "{}", answer.header("set-cookie"));
    // The way out is out.
    read(house.by(&anna, "DELETE", "/v1/session")).await.ok(204);
    house.get(&anna, "/v1/session").await.problem(401);
}

#[tokio::test]
async fn each_role_is_refused_what_it_may_not_do() {
    let house = house().await;
    let admin = house.admin().await;
    let call = house.surface.ended_call(NOW).await;
    let call = format!("/v1/calls/{call}");
    let recording = format!("{call}/recording");
    let place = json!({"to": "+4930901820", "say": "Hello."});
    let key = json!({"name": "x"});
    let user = json!({"name": "eve", "role": "admin"});
    let none = json!({});
    let asks: [(&str, &str, &Value, [bool; 3]); 16] = [
        // Whether a manager, a member and a reviewer may.
        ("GET", "/v1/calls", &none, [true, true, true]),
        ("GET", &call, &none, [true, false, true]),
        ("GET", &recording, &none, [true, false, true]),
        ("POST", "/v1/calls", &place, [true, false, false]),
        ("DELETE", &call, &none, [true, false, false]),
        ("GET", "/v1/contacts", &none, [true, true, true]),
        ("POST", "/v1/contacts", &none, [true, true, false]),
        ("GET", "/v1/contacts/export", &none, [true, false, false]),
        ("GET", "/v1/transcripts/search?q=a", &none, [true, false, true]),
        ("GET", "/v1/events", &none, [true, false, false]),
        ("GET", "/v1/campaigns", &none, [true, false, false]),
        ("POST", "/v1/trunks", &none, [false, false, false]),
        ("POST", "/v1/keys", &key, [false, false, false]),
        ("POST", "/v1/users", &user, [false, false, false]),
        ("GET", "/v1/users", &none, [true, false, false]),
        ("GET", "/v1/audit", &none, [false, false, false]),
    ];
    for (at, role) in ["manager", "member", "reviewer"].into_iter().enumerate() {
        let who = house.invited(&admin, &json!({"name": role, "role": role})).await;
        for (method, path, body, may) in asks {
            let answer = house.ask(&who, method, path, body).await;
            // A call of others does not exist for a member; that a call has no recording is no refusal.
            let own = role == "member" && path.starts_with("/v1/calls/");
            let status = answer.status.as_u16();
            let refused = status == 403 || own && status == 404;
            assert_eq!(refused, !may[at], "{role}: {method} {path}: {} {}", answer.status, answer.body);
        }
    }
    assert_eq!(house.surface.calls.placed.lock().unwrap().len(), 1, "the manager's alone");
    assert_eq!(house.get(&admin, "/v1/users").await.ok(200)["data"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_member_sees_the_calls_that_they_took_part_in_alone() {
    let house = house().await;
    let admin = house.admin().await;
    let store = &house.surface.store;
    let member = NewMember { name: "ben".into(), display: "Ben".into(), ..NewMember::default() };
    let member = store.add_member(member, NOW).await.unwrap();
    let to_ben = NewCall { to: Address::parse("ben", "DE"), ..inbound(NOW) };
    let by_ben = NewCall { member: Some("ben".into()), ..inbound(NOW + 1) };
    let other = inbound(NOW + 2);
    let ids = [to_ben.id, by_ben.id, other.id];
    for call in [to_ben, by_ben, other] {
        store.begin_call(call).await.unwrap();
    }
    let new = json!({"name": "ben", "role": "member", "member": member.id.to_string()});
    let ben = house.invited(&admin, &new).await;
    for (id, seen) in ids.iter().zip([true, true, false]) {
        for path in ["", "/events", "/transcript", "/signalling"] {
            let answer = house.get(&ben, &format!("/v1/calls/{id}{path}")).await;
            assert!(answer.status != 403, "{}", answer.body);
            let hidden = answer.status == 404 && answer.body["detail"].as_str().unwrap().contains("no such call");
            assert_eq!(!hidden, seen, "{id}{path}: {}", answer.body);
        }
    }
    let list = house.get(&ben, "/v1/calls").await.ok(200);
    assert_eq!(list["data"].as_array().unwrap().len(), 2, "{list}");
    // A queue brings them together: the books know it when the call is over, and notes are taken before.
    house.surface.calls.taking_part.lock().unwrap().push((member.id, ids[2]));
    house.get(&ben, &format!("/v1/calls/{}", ids[2])).await.ok(200);
    let note = json!({"text": "wants an offer"});
    house.ask(&ben, "POST", &format!("/v1/calls/{}/notes", ids[2]), &note).await.ok(201);
    let stranger = house.invited(&admin, &json!({"name": "cleo", "role": "member"})).await;
    assert_eq!(
        house.get(&stranger, "/v1/calls").await.ok(200)["data"],
        json!([]),
        "without a phone, nothing is theirs"
    );
    house.get(&stranger, &format!("/v1/calls/{}", ids[0])).await.problem(404);
}

#[tokio::test]
async fn a_contact_tells_a_member_that_there_were_calls_and_not_what_was_said() {
    let house = house().await;
    let admin = house.admin().await;
    let variables = json!({"order": "4711"}).as_object().unwrap().clone();
    house.surface.store.begin_call(NewCall { variables: variables.clone(), ..inbound(NOW) }).await.unwrap();
    let found = house.get(&admin, "/v1/contacts").await.ok(200);
    let contact = format!("/v1/contacts/{}", found["data"][0]["id"].as_str().unwrap());
    let member = house.invited(&admin, &json!({"name": "ben", "role": "member"})).await;
    let reviewer = house.invited(&admin, &json!({"name": "cleo", "role": "reviewer"})).await;
    for (who, told) in [(&member, json!({})), (&reviewer, Value::Object(variables))] {
        let whole = house.get(who, &contact).await.ok(200);
        let timeline = house.get(who, &format!("{contact}/timeline")).await.ok(200);
        for call in [&whole["timeline"]["data"][0]["call"], &timeline["data"][0]["call"]] {
            assert_eq!((&call["variables"], &call["direction"]), (&told, &json!("inbound")), "{call}");
        }
    }
}

#[tokio::test]
async fn nobody_makes_somebody_who_may_do_more_than_they_may() {
    let house = house().await;
    let anna = house.admin().await;
    let id = house.get(&anna, "/v1/session").await.ok(200)["user"]["id"].as_str().unwrap().to_owned();
    let key = async |name: &str, scopes: Value| {
        let new = json!({"name": name, "scopes": scopes});
        house.ask(&anna, "POST", "/v1/keys", &new).await.ok(201)["key"].as_str().unwrap().to_owned()
    };
    let few = key("few", json!(["users:write"])).await;
    let reviewers = json!([
        "users:write",
        "calls:read",
        "calls:note",
        "calls:listen",
        "voicemails:read",
        "live:read",
        "reports:read",
        "agents:read",
        "contacts:read"
    ]);
    let more = key("more", reviewers).await;
    let ask = async |key: &str, method: &str, path: &str, body: Value| {
        read(house.open(method, path).bearer_auth(key).json(&body)).await
    };
    let path = format!("/v1/users/{id}");
    for key in [&few, &more] {
        let new = json!({"name": "eve", "role": "admin"});
        assert!(ask(key, "POST", "/v1/users", new).await.problem(403).contains("yourself"));
        ask(key, "PATCH", &path, json!({"disabled": true})).await.problem(403);
        ask(key, "DELETE", &path, json!({})).await.problem(403);
        ask(key, "POST", &format!("{path}/link"), json!({})).await.problem(403);
    }
    let new = json!({"name": "eve", "role": "reviewer"});
    ask(&few, "POST", "/v1/users", new.clone()).await.problem(403);
    let eve = ask(&more, "POST", "/v1/users", new).await.ok(201);
    let eve = format!("/v1/users/{}", eve["id"].as_str().unwrap());
    ask(&more, "POST", &format!("{eve}/link"), json!({})).await.ok(201);
    ask(&more, "PATCH", &eve, json!({"role": "admin"})).await.problem(403);
    ask(&more, "DELETE", &eve, json!({})).await.ok(204);
}

#[tokio::test]
async fn what_is_done_is_written_down_also_of_whoever_hangs_up() {
    let house = house().await;
    let anna = house.admin().await;
    let host = house.surface.base.strip_prefix("http://").unwrap();
    let body = json!({"name": "crm", "scopes": ["calls:read"]}).to_string();
    let length = body.len();
    let request = format!(
        "POST /v1/keys HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    drop(stream);
    for _ in 0..200 {
        if let [entry] = &house.audit(&anna, "action=key.add").await[..] {
            assert_eq!(entry["result"], "ok");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing is written down");
}

#[tokio::test]
async fn a_page_elsewhere_cannot_use_somebodys_session() {
    let house = house().await;
    let anna = house.admin().await;
    let new = json!({"name": "eve", "role": "admin"});
    let post = || house.open("POST", "/v1/users").header("cookie", &anna.cookie).json(&new);
    assert_eq!(read(post()).await.body["code"], "csrf");
    let other = Browser { csrf: anna.csrf.replace(|_: char| true, "A"), ..anna.clone() };
    assert_eq!(house.ask(&other, "POST", "/v1/users", &new).await.body["code"], "csrf");
    let own = post().header("x-csrf-token", &anna.csrf);
    let evil = read(own.try_clone().unwrap().header("origin", "https://evil.example")).await;
    assert_eq!((evil.status.as_u16(), &evil.body["code"]), (403, &json!("origin")));
    let evil = house.open("POST", "/v1/session").header("origin", "https://evil.example");
    let evil = read(evil.json(&json!({"name": "anna", "password": PASSWORD}))).await;
    assert_eq!(evil.body["code"], "origin", "nor sign somebody in");
    // A WebSocket can show no header: its page must be ours.
    let socket = |origin: Option<&str>| {
        let request = house.open("GET", "/v1/live").header("cookie", &anna.cookie);
        let request = request.header("connection", "upgrade").header("upgrade", "websocket");
        let request =
            request.header("sec-websocket-version", "13").header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        origin.map_or(request.try_clone().unwrap(), |origin| request.header("origin", origin))
    };
    let here = house.surface.base.clone();
    for (origin, status) in [(None, 403), (Some("https://evil.example"), 403), (Some(here.as_str()), 101)] {
        assert_eq!(socket(origin).send().await.unwrap().status().as_u16(), status, "{origin:?}");
    }
    assert_eq!(house.surface.store.users().await.unwrap().len(), 1);
    read(own.header("origin", &here)).await.ok(201);
}

#[tokio::test]
async fn a_session_is_new_at_each_sign_in_and_ends_when_it_should() {
    let house = house().await;
    let anna = house.admin().await;
    // Whoever brings a session along does not keep it.
    let again = house.open("POST", "/v1/session").header("cookie", &anna.cookie);
    let again = browser(&read(again.json(&json!({"name": "anna", "password": PASSWORD}))).await);
    assert_ne!(again.cookie, anna.cookie);
    house.get(&anna, "/v1/session").await.problem(401);
    let made_up = format!("callwright_session={}", "A".repeat(43));
    let given = house.open("POST", "/v1/session").header("cookie", &made_up);
    let fresh = browser(&read(given.json(&json!({"name": "anna", "password": PASSWORD}))).await);
    assert_ne!(fresh.cookie, made_up);

    // One is ended by another, at once.
    let sessions = house.get(&fresh, "/v1/sessions").await.ok(200);
    let all = sessions["data"].as_array().unwrap();
    assert_eq!(all.iter().filter(|session| session["current"] == true).count(), 1);
    let other = all.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap().to_owned();
    house.get(&again, "/v1/session").await.ok(200);
    house.ask(&fresh, "DELETE", &format!("/v1/sessions/{other}"), &json!({})).await.ok(204);
    house.get(&again, "/v1/session").await.problem(401);

    // What is used lives on, for a while; what is not used ends.
    for _ in 0..3 {
        house.pass(7 * HOUR);
        house.get(&fresh, "/v1/session").await.ok(200);
    }
    house.pass(8 * HOUR);
    house.get(&fresh, "/v1/session").await.problem(401);
    let long = browser(&house.sign_in("anna", PASSWORD, None).await);
    for _ in 0..24 {
        house.pass(7 * HOUR);
        house.get(&long, "/v1/session").await;
    }
    house.get(&long, "/v1/session").await.problem(401);

    // A new password ends all others; so does being disabled.
    let (one, two) = (house.sign_in("anna", PASSWORD, None).await, house.sign_in("anna", PASSWORD, None).await);
    let (one, two) = (browser(&one), browser(&two));
    let change = json!({"old": PASSWORD, "new": "another horse battery"});
    let three = browser(&house.ask(&one, "POST", "/v1/session/password", &change).await);
    for gone in [&one, &two] {
        house.get(gone, "/v1/session").await.problem(401);
    }
    let ben = house.invited(&three, &json!({"name": "ben", "role": "reviewer"})).await;
    let id = house.get(&ben, "/v1/session").await.ok(200)["user"]["id"].as_str().unwrap().to_owned();
    house.ask(&three, "PATCH", &format!("/v1/users/{id}"), &json!({"disabled": true})).await.ok(200);
    house.get(&ben, "/v1/session").await.problem(401);
    house.sign_in("ben", PASSWORD, None).await.problem(401);
    let anna = house.get(&three, "/v1/session").await.ok(200)["user"]["id"].as_str().unwrap().to_owned();
    for change in [json!({"disabled": true}), json!({"role": "manager"})] {
        house.ask(&three, "PATCH", &format!("/v1/users/{anna}"), &change).await.problem(409);
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_no_code_is_good_twice() {
    let house = house().await;
    let anna = house.admin().await;
    let factor = "/v1/session/second-factor";
    let secret = house.ask(&anna, "POST", factor, &json!({})).await.ok(200);
    assert!(secret["uri"].as_str().unwrap().starts_with("otpauth://totp/Callwright:anna?secret="));
    let secret = secret["secret"].as_str().unwrap().to_owned();
    house.sign_in("anna", PASSWORD, None).await.ok(200);
    assert_eq!(house.ask(&anna, "PUT", factor, &json!({"code": "12345"})).await.body["code"], "wrong");
    let first = code(&secret, NOW);
    let codes = house.ask(&anna, "PUT", factor, &json!({"code": first})).await.ok(200);
    let codes: Vec<&str> = codes["recovery_codes"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert_eq!(codes.len(), 10);
    let needed = house.sign_in("anna", PASSWORD, None).await;
    assert_eq!((needed.status.as_u16(), &needed.body["code"]), (401, &json!("second_factor_needed")));
    assert_eq!(house.sign_in("anna", "a wrong password", Some("000000")).await.body["code"], "wrong");
    assert_eq!(house.sign_in("anna", PASSWORD, Some(&first)).await.body["code"], "wrong", "it was used to confirm");
    house.pass(30_000);
    let now = code(&secret, NOW + 30_000);
    house.sign_in("anna", PASSWORD, Some(&now)).await.ok(200);
    assert_eq!(house.sign_in("anna", PASSWORD, Some(&now)).await.body["code"], "wrong");
    house.sign_in("anna", PASSWORD, Some(&codes[0].to_uppercase())).await.ok(200);
    assert_eq!(house.sign_in("anna", PASSWORD, Some(codes[0])).await.body["code"], "wrong");
    assert!(house.get(&anna, "/v1/session").await.ok(200)["user"]["second_factor"].as_bool().unwrap());
    house.ask(&anna, "DELETE", factor, &json!({"code": codes[1]})).await.ok(204);
    house.sign_in("anna", PASSWORD, None).await.ok(200);
}

#[tokio::test]
async fn guessing_is_slow_and_tells_nothing() {
    let house = house().await;
    house.admin().await;
    let mut answers = Vec::new();
    for name in ["anna", "nobody"] {
        for n in 0..6 {
            let answer = house.sign_in_from(&format!("198.51.100.{n}"), name, "a wrong password", None).await;
            answers.push((
                answer.status.as_u16(),
                answer.body["detail"].clone(),
                answer.header("retry-after").to_owned(),
            ));
        }
    }
    assert_eq!(answers[..6], answers[6..], "whoever guesses does not learn who there is");
    assert_eq!((answers[4].0, answers[5].0, answers[5].2.as_str()), (401, 429, "1"));
    // The right password must wait as well, and is taken then.
    house.sign_in_from("198.51.100.9", "anna", PASSWORD, None).await.problem(429);
    house.pass(1_000);
    house.sign_in_from("198.51.100.9", "anna", PASSWORD, None).await.ok(200);
    // One address waits whoever it guesses.
    for n in 0..5 {
        house.sign_in_from("192.0.2.1", &format!("name{n}"), "a wrong password", None).await.problem(401);
    }
    house.sign_in_from("192.0.2.1", "anna", PASSWORD, None).await.problem(429);
}

#[tokio::test]
async fn a_link_is_good_once_and_takes_a_lost_second_factor_away() {
    let house = house().await;
    let anna = house.admin().await;
    let ben = house.ask(&anna, "POST", "/v1/users", &json!({"name": "ben", "role": "reviewer"})).await.ok(201);
    let path = format!("/v1/users/{}/link", ben["id"].as_str().unwrap());
    let token = async || {
        let link = house.ask(&anna, "POST", &path, &json!({})).await.ok(201);
        link["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned()
    };
    let using = |token: &str| json!({"token": token, "password": PASSWORD});
    let (earlier, later) = (token().await, token().await);
    house.post("/v1/session/link", &using(&earlier)).await.problem(401);
    let first = browser(&house.post("/v1/session/link", &using(&later)).await);
    house.post("/v1/session/link", &using(&later)).await.problem(401);
    let secret = house.ask(&first, "POST", "/v1/session/second-factor", &json!({})).await.ok(200);
    let shown = code(secret["secret"].as_str().unwrap(), NOW);
    house.ask(&first, "PUT", "/v1/session/second-factor", &json!({"code": shown})).await.ok(200);
    let reset = token().await;
    house.post("/v1/session/link", &using(&reset)).await.ok(200);
    house.get(&first, "/v1/session").await.problem(401);
    house.sign_in("ben", PASSWORD, None).await.ok(200);
}

#[tokio::test]
async fn keys_do_what_they_are_for_also_as_tools() {
    let house = house().await;
    let anna = house.admin().await;
    let new = json!({"name": "reader", "scopes": ["calls:read"]});
    let key = house.ask(&anna, "POST", "/v1/keys", &new).await.ok(201);
    assert_eq!(key["scopes"], json!(["calls:read"]));
    let key = key["key"].as_str().unwrap().to_owned();
    let ask = |method: &str, path: &str| house.open(method, path).bearer_auth(&key);
    read(ask("GET", "/v1/calls")).await.ok(200);
    let place = json!({"to": "+4930901820", "say": "Hello."});
    assert!(read(ask("POST", "/v1/calls").json(&place)).await.problem(403).contains("calls:write"));
    read(ask("GET", "/v1/session")).await.problem(403);
    let rpc = async |method: &str, params: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = ask("POST", "/mcp").header("accept", "application/json, text/event-stream").json(&body);
        read(request).await.ok(200)["result"].clone()
    };
    let tools = rpc("tools/list", json!({})).await;
    let names: Vec<&str> = tools["tools"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["list_calls", "get_call", "get_transcript", "search_transcripts"]);
    let placing = json!({"to": "+4930901820", "say": "Hello.", "idempotency_key": "a"});
    let refused = rpc("tools/call", json!({"name": "place_call", "arguments": placing})).await;
    assert_eq!(refused["isError"], true);
    assert!(refused["content"][0]["text"].as_str().unwrap().contains("calls:write"), "{refused}");
    assert!(house.surface.calls.placed.lock().unwrap().is_empty());
    for (scopes, status) in [(json!(["calls:eat"]), 422), (json!([]), 422)] {
        let new = json!({"name": "other", "scopes": scopes});
        house.ask(&anna, "POST", "/v1/keys", &new).await.problem(status);
    }
    let keys = json!({"name": "maker", "scopes": ["keys:write"]});
    let maker = house.ask(&anna, "POST", "/v1/keys", &keys).await.ok(201)["key"].as_str().unwrap().to_owned();
    let more = house.open("POST", "/v1/keys").bearer_auth(maker).json(&json!({"name": "b", "scopes": ["calls:read"]}));
    assert!(read(more).await.problem(403).contains("yourself"));
}

#[tokio::test]
async fn who_did_what_is_written_down() {
    let house = house().await;
    let anna = house.admin().await;
    let id = house.get(&anna, "/v1/session").await.ok(200)["user"]["id"].clone();
    house.sign_in("anna", "a wrong password", None).await.problem(401);
    house.sign_in("my secret typed as a name", "x", None).await.problem(401);
    let call = house.surface.ended_call(NOW).await;
    house.get(&anna, &format!("/v1/calls/{call}/transcript")).await;
    let eve = house.invited(&anna, &json!({"name": "eve", "role": "reviewer"})).await;
    let placed = json!({"to": "+4930901820", "say": "Hello."});
    house.ask(&eve, "POST", "/v1/calls", &placed).await.problem(403);
    let by_key = house.surface.send("POST", "/v1/calls", &placed).await.ok(201);

    let signed: Vec<Value> = house.audit(&anna, "action=session.begin").await;
    let results: Vec<&Value> = signed.iter().map(|entry| &entry["result"]).collect();
    assert_eq!(results, ["refused", "refused"]);
    assert_eq!((&signed[0]["kind"], &signed[0]["actor"]), (&json!("none"), &Value::Null), "no name that was typed");
    assert_eq!((&signed[1]["actor"], &signed[1]["address"]), (&id, &json!("203.0.113.1")));
    let heard = house.audit(&anna, &format!("object={call}")).await;
    assert_eq!((&heard[0]["action"], &heard[0]["actor"]), (&json!("transcript.read"), &id));
    let placed = house.audit(&anna, "action=call.place").await;
    assert_eq!(
        (&placed[0]["kind"], &placed[0]["actor"], &placed[0]["result"]),
        (&json!("key"), &json!("test"), &json!("ok"))
    );
    assert_eq!(placed[0]["object"], by_key["id"]);
    assert_eq!((&placed[1]["kind"], &placed[1]["result"]), (&json!("user"), &json!("refused")));
    let page = house.get(&anna, "/v1/audit?limit=1").await.ok(200);
    let next = page["next"].as_str().unwrap();
    let second = house.get(&anna, &format!("/v1/audit?limit=1&cursor={next}")).await.ok(200);
    assert_ne!(page["data"][0]["id"], second["data"][0]["id"]);
    house.ask(&anna, "DELETE", "/v1/keys/=1+1", &json!({})).await.problem(404);
    let table = read(house.by(&anna, "GET", "/v1/audit").header("accept", "text/csv")).await;
    assert!(table.header("content-type").starts_with("text/csv"));
    let table = table.ok(200);
    let table = table.as_str().unwrap();
    assert!(
        table.starts_with("at,kind,actor,address,action,object,result\n") && table.contains(",call.place,"),
        "{table}"
    );
    assert!(table.contains(",'=1+1,failed"), "no formula: {table}");
    for private in ["secret", "4930901820", "Anna", "wrong password"] {
        assert!(!table.contains(private), "{private} is in the log");
    }
}
