//! Signing in by a provider of OpenID Connect: there and back as a browser goes, and what is refused on the way.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use callwright::access::{OpenId, OpenIdSettings};
use reqwest::redirect;
use serde_json::{Value, json};
use store::Role;

use crate::access::{Browser, House, PASSWORD, code, house_with};
use crate::identity_provider::{BACK, CLIENT, Fault, IdentityProvider, SECRET, SigningKey};
use crate::support::{Answer, NOW, read};

const START: &str = "/v1/session/openid";
const MINUTE: i64 = 60_000;
/// After that a provider is asked again that did not say what it is, ms: ten seconds after the time that it took.
const FAILED: i64 = 15_000;
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// A house with a provider, and a browser that goes from one to the other.
struct Town {
    house: House,
    provider: IdentityProvider,
    /// Goes where it is told, one page at a time.
    walker: reqwest::Client,
    /// The last part of the address that the browser comes from.
    address: std::cell::Cell<u8>,
}

async fn town(change: impl FnOnce(&mut OpenIdSettings)) -> Town {
    let now = Arc::new(AtomicI64::new(NOW));
    let provider = IdentityProvider::start(now.clone()).await;
    let mut settings = OpenIdSettings {
        name: "Example Login".into(),
        issuer: provider.issuer.clone(),
        client_id: CLIENT.into(),
        client_secret: Some(SECRET.into()),
        ..OpenIdSettings::default()
    };
    change(&mut settings);
    let house = house_with(Some(OpenId::new(settings).unwrap()), now).await;
    let walker = reqwest::Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
    Town { house, provider, walker, address: 1.into() }
}

/// The cookie of this name that an answer sets, as it is sent back.
fn cookie_of(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let mut pairs = set.filter_map(|cookie| cookie.split(';').next());
    pairs.find(|pair| pair.starts_with(&format!("{name}=")) && !pair.ends_with('=')).map(str::to_owned)
}

/// Where an answer leads.
#[track_caller]
fn led(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    answer.header("location")
}

impl Town {
    /// A user who is invited by this name.
    async fn invite(&self, admin: &Browser, name: &str, role: &str) -> String {
        let user = self.house.ask(admin, "POST", "/v1/users", &json!({"name": name, "role": role})).await.ok(201);
        user["id"].as_str().unwrap().to_owned()
    }

    /// Another browser elsewhere: what was tried before does not make it wait.
    fn elsewhere(&self) {
        self.address.set(self.address.get() + 1);
    }

    async fn open(&self, path: &str, cookie: &str) -> Answer {
        let from = format!("203.0.113.{}", self.address.get());
        let url = format!("{}{path}", self.house.surface.base);
        read(self.walker.get(url).header("x-forwarded-for", from).header("cookie", cookie)).await
    }

    /// Goes to the provider, signs in there, and gives what is to be brought back: a path of ours, and a cookie.
    async fn there(&self, start: &str, cookie: &str) -> (String, String) {
        let gone = self.open(start, cookie).await;
        let kept = cookie_of(&gone, "callwright_openid").unwrap();
        let signed = self.walker.get(led(&gone)).send().await.unwrap();
        assert_eq!(signed.status(), 302);
        let back = signed.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.starts_with(&format!("{BACK}?")), "{back}");
        (back.strip_prefix("https://pbx.example").unwrap().to_owned(), kept)
    }

    /// There and back.
    async fn visit(&self) -> Answer {
        let (back, kept) = self.there(START, "").await;
        self.open(&back, &kept).await
    }

    /// There and back, and in.
    async fn sign_in(&self) -> Browser {
        self.browser(&self.visit().await).await
    }

    async fn browser(&self, answer: &Answer) -> Browser {
        assert_eq!(led(answer), "/");
        let cookie = cookie_of(answer, "callwright_session").unwrap();
        let session = self.open("/v1/session", &cookie).await.ok(200);
        Browser { cookie, csrf: session["csrf"].as_str().unwrap().to_owned() }
    }

    /// Why nobody is let in.
    async fn refusal(&self) -> String {
        self.elsewhere();
        let answer = self.visit().await;
        assert_eq!(cookie_of(&answer, "callwright_session"), None);
        led(&answer).strip_prefix("/#signin=").unwrap().to_owned()
    }

    async fn name(&self, who: &Browser) -> String {
        let session = self.house.get(who, "/v1/session").await.ok(200);
        format!("{} {}", session["user"]["name"].as_str().unwrap(), session["user"]["role"].as_str().unwrap())
    }
}

#[tokio::test]
async fn whoever_is_invited_comes_in_by_the_provider_as_by_a_password() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    let ben = town.invite(&anna, "ben@example.com", "reviewer").await;
    let options = read(town.house.open("GET", "/v1/session/options")).await.ok(200);
    assert_eq!(options["openid"], json!({"name": "Example Login", "url": START}));

    let gone = town.open("/v1/session/openid?to=/calls%3Fq%3Da", "").await;
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/v1/session/openid", "Max-Age=600"] {
        assert!(gone.header("set-cookie").contains(flag), "{}", gone.header("set-cookie"));
    }
    let (back, kept) = town.there("/v1/session/openid?to=/calls%3Fq%3Da", "").await;
    let answer = town.open(&back, &kept).await;
    assert_eq!(led(&answer), "/calls?q=a");
    let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(set[0].starts_with("callwright_session=") && set[0].contains("HttpOnly; SameSite=Strict"), "{set:?}");
    assert!(set[1].starts_with("callwright_openid=;") && set[1].contains("Max-Age=0"), "{set:?}");

    // It is a session like others: it may what the role may, changes want its token, and it ends.
    let cookie = cookie_of(&answer, "callwright_session").unwrap();
    let session = town.open("/v1/session", &cookie).await.ok(200);
    assert_eq!((&session["user"]["id"], &session["user"]["role"]), (&json!(ben), &json!("reviewer")));
    let who = Browser { cookie, csrf: session["csrf"].as_str().unwrap().to_owned() };
    town.house.ask(&who, "PATCH", "/v1/session/user", &json!({"display": "Ben"})).await.ok(200);
    let without = Browser { csrf: String::new(), ..who.clone() };
    town.house.ask(&without, "PATCH", "/v1/session/user", &json!({"display": "B"})).await.problem(403);
    town.house.ask(&who, "GET", "/v1/users", &json!({})).await.problem(403);
    read(town.house.by(&who, "DELETE", "/v1/session")).await.ok(204);
    town.house.get(&who, "/v1/session").await.problem(401);

    let log = town.house.audit(&anna, &format!("actor={ben}")).await;
    let log: Vec<(&str, &str)> =
        log.iter().map(|line| (line["action"].as_str().unwrap(), line["result"].as_str().unwrap())).collect();
    assert!(log.contains(&("openid.link", "ok")) && log.contains(&("session.begin", "ok")), "{log:?}");
    assert_eq!(town.provider.asked("/userinfo"), 0, "the token said it all");
}

#[tokio::test]
async fn an_account_at_the_provider_stays_its_users_whatever_it_is_called_later() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    let ben = town.invite(&anna, "ben@example.com", "reviewer").await;
    let first = town.sign_in().await;
    town.provider.set(|ways| ways.person["email"] = "anna@example.com".into());
    let (back, kept) = town.there(START, &first.cookie).await;
    // The provider's page does not send the session along: it is `SameSite=Strict`.
    let second = town.browser(&town.open(&back, &kept).await).await;
    assert_eq!(town.name(&second).await, "ben@example.com reviewer");
    town.house.get(&first, "/v1/session").await.problem(401);
    // Somebody else with his address is nobody, until an admin says that his account is another one.
    town.provider.set(|ways| ways.person = json!({"sub": "2", "email": "ben@example.com", "email_verified": true}));
    assert_eq!(town.refusal().await, "unknown");
    let path = format!("/v1/users/{ben}");
    assert_eq!(town.house.get(&anna, &path).await.ok(200)["openid"], true);
    let user = town.house.ask(&anna, "PATCH", &path, &json!({"forget_openid": true})).await.ok(200);
    assert_eq!(user["openid"], false);
    assert_eq!(town.name(&town.sign_in().await).await, "ben@example.com reviewer");
}

#[tokio::test]
async fn a_token_that_is_not_for_this_sign_in_lets_nobody_in() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    let set = |name: &'static str, value: Value| {
        town.provider.tamper(move |_, claims| claims[name] = value.clone());
    };
    let seconds = NOW / 1_000;
    for (name, value) in [
        ("iss", json!("https://other.example")),
        ("aud", json!("other")),
        ("aud", json!([CLIENT, "other"])),
        ("azp", json!("other")),
        ("nonce", json!("of-another-sign-in")),
        ("nonce", Value::Null),
        ("exp", json!(seconds - 60)),
        ("iat", json!(seconds - 661)),
        ("iat", json!(seconds + 61)),
        ("nbf", json!(seconds + 61)),
        ("sub", json!("")),
    ] {
        set(name, value.clone());
        assert_eq!(town.refusal().await, "refused", "{name}: {value}");
    }
    for algorithm in ["none", "HS256", "RS256"] {
        town.provider.tamper(move |head, _| head["alg"] = algorithm.into());
        assert_eq!(town.refusal().await, "refused", "{algorithm}");
    }
    town.provider.tamper(|_, _| {});
    town.provider.set(|ways| {
        // A key that is called like the one that is published.
        ways.published = Some(json!({"keys": [ways.keys[0].public()]}));
        ways.keys = vec![SigningKey::es256("first")];
    });
    assert_eq!(town.refusal().await, "refused", "signed by another key");
    town.provider.set(|ways| ways.published = None);
    town.sign_in().await;
    let log = town.house.audit(&anna, "action=session.begin").await;
    assert_eq!(log.iter().filter(|line| line["result"] == "refused").count(), 15);
}

#[tokio::test]
async fn new_keys_of_the_provider_are_fetched_when_they_are_needed() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    town.sign_in().await;
    town.sign_in().await;
    let asked = || (town.provider.asked(DISCOVERY), town.provider.asked("/jwks"));
    assert_eq!(asked(), (1, 1), "what is known is not asked for again");
    for key in [SigningKey::es256("second"), SigningKey::rs256("third"), SigningKey::ps256("fourth")] {
        town.provider.set(|ways| ways.keys = vec![key]);
        town.sign_in().await;
    }
    assert_eq!(asked(), (1, 4));
    // A key that is published no more is believed no more, once what was kept is too old.
    town.provider.set(|ways| ways.published = Some(json!({"keys": [SigningKey::es256("fifth").public()]})));
    town.sign_in().await;
    town.house.pass(61 * MINUTE);
    assert_eq!(town.refusal().await, "refused");
    assert_eq!(asked(), (2, 5));
}

#[tokio::test]
async fn neither_a_code_nor_a_way_back_is_good_twice_or_for_others() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    let expired = |answer: &Answer| {
        assert_eq!(led(answer), "/#signin=expired");
        assert_eq!(cookie_of(answer, "callwright_session"), None);
    };
    let (back, kept) = town.there(START, "").await;
    let (_, others) = town.there(START, "").await;
    expired(&town.open(&back, "").await);
    expired(&town.open(&back, &others).await);
    expired(&town.open(&back, "callwright_openid=forged").await);
    expired(&town.open(&back.replace("state=", "state=x"), &kept).await);
    assert_eq!(led(&town.open(&back, &kept).await), "/");
    expired(&town.open(&back, &kept).await);
    assert_eq!(town.provider.asked("/token"), 1, "the provider was not troubled with any of it");
    // A code that was used, in a sign-in of one's own.
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let (own, kept) = town.there(START, "").await;
    let own_code = own.split("code=").nth(1).unwrap().split('&').next().unwrap();
    expired(&town.open(&own.replace(own_code, code), &kept).await);
    // Another's code does not fit the verifier of this sign-in.
    let (own, kept) = town.there(START, "").await;
    let (others, _) = town.there(START, "").await;
    let stolen = others.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let own_code = own.split("code=").nth(1).unwrap().split('&').next().unwrap();
    expired(&town.open(&own.replace(own_code, stolen), &kept).await);
    // Nor does it hold for ever.
    let (back, kept) = town.there(START, "").await;
    town.house.pass(10 * MINUTE);
    expired(&town.open(&back, &kept).await);
}

#[tokio::test]
async fn a_provider_that_is_away_or_ill_is_told_of_in_words() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    let fail = |path: &'static str, fault: Option<Fault>| {
        town.provider.set(|ways| {
            ways.faults.clear();
            ways.faults.extend(fault.map(|fault| (path, fault)));
        });
    };
    // Before anything is known of it, nobody is sent to it.
    for (fault, word) in [
        (Fault::Cut, "provider"),
        (Fault::Status(503), "provider"),
        (Fault::Status(404), "refused"),
        (Fault::Long, "refused"),
        (Fault::Page, "refused"),
    ] {
        fail(DISCOVERY, Some(fault));
        town.house.pass(FAILED);
        town.elsewhere();
        assert_eq!(led(&town.open("/v1/session/openid?to=/calls", "").await), format!("/calls#signin={word}"));
    }
    fail(DISCOVERY, None);
    for change in [
        json!({"issuer": "https://other.example"}),
        json!({"jwks_uri": "http://login.example/jwks"}),
        json!({"token_endpoint": "file:///etc/passwd"}),
        json!({"authorization_endpoint": 7}),
    ] {
        town.provider.set(|ways| ways.metadata = change.clone());
        town.house.pass(FAILED);
        town.elsewhere();
        assert_eq!(led(&town.open(START, "").await), "/#signin=refused", "{change}");
    }
    town.provider.set(|ways| ways.metadata = json!({}));
    town.house.pass(FAILED);
    for (path, fault, word) in [
        ("/token", Fault::Cut, "provider"),
        ("/token", Fault::Status(500), "provider"),
        ("/token", Fault::Status(302), "refused"),
        ("/token", Fault::Error("invalid_client"), "refused"),
        ("/token", Fault::Error("invalid_grant"), "expired"),
        ("/token", Fault::Page, "refused"),
        ("/token", Fault::Long, "refused"),
        ("/jwks", Fault::Page, "refused"),
    ] {
        fail(path, Some(fault));
        assert_eq!(town.refusal().await, word, "{path}");
    }
    fail("/token", None);
    town.sign_in().await;
    let log = read(town.house.by(&anna, "GET", "/v1/audit").header("accept", "text/csv")).await.ok(200);
    assert!(!log.as_str().unwrap().contains("ben@example.com"));
}

#[tokio::test]
async fn a_provider_that_says_nothing_is_not_waited_for_long() {
    let town = town(|settings| settings.time_limit = Duration::from_secs(2)).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    let silent = |path: &'static str| {
        town.provider.set(|ways| {
            ways.faults.clear();
            ways.faults.insert(path, Fault::Silent);
        });
    };
    silent(DISCOVERY);
    assert_eq!(led(&town.open(START, "").await), "/#signin=provider");
    town.house.pass(FAILED);
    for path in ["/token", "/jwks"] {
        silent(path);
        assert_eq!(town.refusal().await, "provider", "{path}");
    }
}

#[tokio::test]
async fn a_provider_that_nobody_answers_for_keeps_nobody_from_their_password() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let town = town(|settings| settings.issuer = format!("http://{gone}")).await;
    town.house.admin().await;
    assert_eq!(led(&town.open(START, "").await), "/#signin=provider");
    let given = json!({"name": "anna", "password": PASSWORD});
    read(town.house.open("POST", "/v1/session").json(&given)).await.ok(200);
}

#[tokio::test]
async fn what_the_person_or_the_provider_refuses_is_told_apart() {
    let town = town(|_| {}).await;
    town.house.admin().await;
    for (refusal, word) in [
        ("access_denied", "cancelled"),
        ("temporarily_unavailable", "provider"),
        ("server_error", "provider"),
        ("invalid_scope", "refused"),
    ] {
        town.provider.set(|ways| ways.refusal = Some(refusal));
        assert_eq!(town.refusal().await, word);
    }
    assert_eq!(town.provider.asked("/token"), 0);
    // RFC 9207: the answer of another provider is none.
    town.provider.set(|ways| ways.refusal = None);
    for iss in ["&iss=https%3A%2F%2Fother.example", "&iss="] {
        let (back, kept) = town.there(START, "").await;
        assert_eq!(led(&town.open(&format!("{back}{iss}"), &kept).await), "/#signin=refused");
    }
    assert_eq!(town.provider.asked("/token"), 0);
}

#[tokio::test]
async fn a_provider_that_names_itself_in_its_answers_must_do_so() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    town.provider.set(|ways| {
        ways.metadata = json!({
            "authorization_response_iss_parameter_supported": true,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        });
    });
    town.sign_in().await;
    let (back, kept) = town.there(START, "").await;
    let (without, _) = back.split_once("&iss=").unwrap();
    assert_eq!(led(&town.open(without, &kept).await), "/#signin=refused");
}

#[tokio::test]
async fn where_only_invited_ones_may_come_others_do_not() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    assert_eq!(town.refusal().await, "unknown", "nobody has invited ben");
    let ben = town.invite(&anna, "ben@example.com", "reviewer").await;
    for verified in [json!(false), Value::Null] {
        town.provider.set(|ways| ways.person["email_verified"] = verified.clone());
        assert_eq!(town.refusal().await, "unverified", "{verified}");
    }
    town.provider.set(|ways| ways.person["email_verified"] = true.into());
    let path = format!("/v1/users/{ben}");
    town.house.ask(&anna, "PATCH", &path, &json!({"disabled": true})).await.ok(200);
    assert_eq!(town.refusal().await, "unknown");
    town.house.ask(&anna, "PATCH", &path, &json!({"disabled": false})).await.ok(200);
    let who = town.sign_in().await;
    town.house.ask(&anna, "PATCH", &path, &json!({"disabled": true})).await.ok(200);
    town.house.get(&who, "/v1/session").await.problem(401);
    assert_eq!(town.refusal().await, "unknown", "also by the account that is known");
    town.provider.set(|ways| ways.person = json!({"sub": "3"}));
    assert_eq!(town.refusal().await, "unknown", "and nobody without a name");
    let users = town.house.get(&anna, "/v1/users").await.ok(200);
    assert_eq!(users["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_claim_gives_roles_also_to_those_who_come_for_the_first_time() {
    let roles = [("callwright-admins", Role::Admin), ("heads", Role::Manager), ("quality", Role::Reviewer)];
    let town = town(|settings| {
        settings.roles = roles.map(|(group, role)| (group.to_owned(), role)).into();
    })
    .await;
    assert_eq!(town.refusal().await, "no_role");
    let groups = |groups: Value| town.provider.set(|ways| ways.person["groups"] = groups);
    groups(json!(["others"]));
    assert_eq!(town.refusal().await, "no_role");
    // The first admin may come so, and stays one as long as there is no other.
    groups(json!(["quality", "callwright-admins"]));
    let ben = town.sign_in().await;
    assert_eq!(town.name(&ben).await, "ben@example.com admin");
    let shown = town.house.get(&ben, "/v1/session").await.ok(200);
    assert_eq!(shown["user"]["display"], "Ben Maier");
    groups(json!(["heads"]));
    assert_eq!(town.refusal().await, "no_role", "nobody would be left who may do everything");
    town.provider.set(|ways| {
        ways.person = json!({"sub": "2", "email": "cleo@example.com", "email_verified": true, "groups": ["heads"]});
    });
    let cleo = town.sign_in().await;
    assert_eq!(town.name(&cleo).await, "cleo@example.com manager");
    // What the provider says later holds, also for the sessions that there are.
    groups(json!("quality"));
    let again = town.sign_in().await;
    assert_eq!(town.name(&again).await, "cleo@example.com reviewer");
    assert_eq!(town.name(&cleo).await, "cleo@example.com reviewer");
    groups(json!([]));
    assert_eq!(town.refusal().await, "no_role");
    for taken in [&cleo, &again] {
        town.house.get(taken, "/v1/session").await.problem(401);
    }
    assert_eq!(town.house.audit(&ben, "action=session.end").await.len(), 2);
    let log = town.house.audit(&ben, "action=user.add").await;
    assert_eq!(log.len(), 2);
    assert_eq!(town.house.audit(&ben, "action=user.change").await.len(), 1);
}

#[tokio::test]
async fn what_the_token_leaves_out_is_asked_for_of_the_same_person() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    let more = json!({"sub": "1", "email": "ben@example.com", "email_verified": true});
    town.provider.set(|ways| {
        ways.person = json!({"sub": "1"});
        ways.userinfo = more.clone();
    });
    assert_eq!(town.name(&town.sign_in().await).await, "ben@example.com reviewer");
    for (change, word) in [(json!({"sub": "2"}), "refused"), (json!({"email_verified": false}), "unverified")] {
        town.provider.set(|ways| {
            ways.person = json!({"sub": if word == "refused" { "1" } else { "5" }});
            ways.userinfo = more.clone();
            ways.userinfo["sub"] = ways.person["sub"].clone();
            for (name, value) in change.as_object().unwrap() {
                ways.userinfo[name] = value.clone();
            }
        });
        assert_eq!(town.refusal().await, word);
    }
    town.provider.set(|ways| {
        ways.faults.insert("/userinfo", Fault::Status(401));
    });
    assert_eq!(town.refusal().await, "refused");
}

#[tokio::test]
async fn the_second_factor_is_asked_for_here_where_that_is_configured() {
    for asked in [false, true] {
        let town = town(|settings| settings.second_factor = asked).await;
        let anna = town.house.admin().await;
        town.invite(&anna, "ben@example.com", "reviewer").await;
        let ben = town.sign_in().await;
        let factor = "/v1/session/second-factor";
        let secret = town.house.ask(&ben, "POST", factor, &json!({})).await.ok(200);
        let secret = secret["secret"].as_str().unwrap();
        let first = json!({"code": code(secret, NOW)});
        town.house.ask(&ben, "PUT", factor, &first).await.ok(200);
        if !asked {
            town.sign_in().await;
            continue;
        }
        let answer = town.visit().await;
        assert_eq!(led(&answer), "/#signin=code");
        assert_eq!(cookie_of(&answer, "callwright_session"), None);
        let kept = cookie_of(&answer, "callwright_openid").unwrap();
        let give = async |code: &Value, kept: &str| {
            let request = town.house.open("POST", "/v1/session/openid/code").header("cookie", kept);
            read(request.header("x-forwarded-for", "203.0.113.99").json(code)).await
        };
        assert_eq!(give(&first, &kept).await.body["code"], "wrong", "it was used before");
        town.house.pass(30_000);
        let now = json!({"code": code(secret, NOW + 30_000)});
        assert_eq!(give(&now, "").await.body["code"], "expired");
        let (_, way) = town.there(START, "").await;
        assert_eq!(give(&now, &way).await.body["code"], "expired", "nobody has come back with that");
        let session = give(&now, &kept).await;
        assert!(session.header("set-cookie").starts_with("callwright_session="));
        assert_eq!(session.ok(200)["user"]["name"], "ben@example.com");
        town.house.pass(30_000);
        let later = json!({"code": code(secret, NOW + 60_000)});
        assert_eq!(give(&later, &kept).await.body["code"], "expired", "it is good once");
        let from_elsewhere =
            town.house.open("POST", "/v1/session/openid/code").header("origin", "https://evil.example");
        read(from_elsewhere.json(&later)).await.problem(403);
    }
}

#[tokio::test]
async fn nothing_is_written_of_somebody_whose_second_factor_is_still_to_come() {
    let roles = [("heads", Role::Manager), ("quality", Role::Reviewer)];
    let town = town(|settings| {
        settings.second_factor = true;
        settings.roles = roles.map(|(group, role)| (group.to_owned(), role)).into();
    })
    .await;
    let anna = town.house.admin().await;
    let ben = town.invite(&anna, "ben@example.com", "reviewer").await;
    let path = format!("/v1/users/{ben}");
    let groups = |group: &str| town.provider.set(|ways| ways.person["groups"] = json!([group]));
    groups("quality");
    let session = town.sign_in().await;
    let factor = "/v1/session/second-factor";
    let secret = town.house.ask(&session, "POST", factor, &json!({})).await.ok(200)["secret"].clone();
    let secret = secret.as_str().unwrap();
    town.house.ask(&session, "PUT", factor, &json!({"code": code(secret, NOW)})).await.ok(200);
    let forget = async || town.house.ask(&anna, "PATCH", &path, &json!({"forget_openid": true})).await.ok(200);
    let stands = async || {
        let user = town.house.get(&anna, &path).await.ok(200);
        let linked = town.house.audit(&anna, "action=openid.link").await.len();
        (user["openid"] == true, user["role"].as_str().unwrap().to_owned(), linked)
    };
    let threshold = async || {
        let answer = town.visit().await;
        assert_eq!(led(&answer), "/#signin=code");
        cookie_of(&answer, "callwright_openid").unwrap()
    };
    let give = async |code: String, kept: &str| {
        let request = town.house.open("POST", "/v1/session/openid/code").header("cookie", kept);
        read(request.header("x-forwarded-for", "203.0.113.99").json(&json!({"code": code}))).await
    };

    // Somebody who has the account at the provider alone.
    forget().await;
    groups("heads");
    let kept = threshold().await;
    assert_eq!(stands().await, (false, "reviewer".to_owned(), 1));
    assert_eq!(give("000000".into(), &kept).await.body["code"], "wrong");
    assert_eq!(stands().await, (false, "reviewer".to_owned(), 1));
    town.house.pass(30_000);
    assert_eq!(give(code(secret, NOW + 30_000), &kept).await.ok(200)["user"]["role"], "manager");
    assert_eq!(stands().await, (true, "manager".to_owned(), 2));

    // What an admin has had forgotten meanwhile does not come back.
    groups("quality");
    let kept = threshold().await;
    forget().await;
    town.house.pass(30_000);
    assert_eq!(give(code(secret, NOW + 60_000), &kept).await.body["code"], "expired");
    assert_eq!(stands().await, (false, "manager".to_owned(), 2));
}

#[tokio::test]
async fn a_provider_that_is_away_is_asked_now_and_then_however_many_want_to_go_there() {
    let town = town(|_| {}).await;
    let anna = town.house.admin().await;
    town.invite(&anna, "ben@example.com", "reviewer").await;
    town.provider.set(|ways| ways.faults.extend([(DISCOVERY, Fault::Status(503))]));
    for _ in 0..5 {
        assert_eq!(led(&town.open(START, "").await), "/#signin=provider");
    }
    assert_eq!(town.provider.asked(DISCOVERY), 1, "that it is away is known for a while");
    assert_eq!(led(&town.open(START, "").await), "/#signin=wait");
    town.house.pass(FAILED);
    assert_eq!(led(&town.open(START, "").await), "/#signin=provider");
    assert_eq!(led(&town.open(START, "").await), "/#signin=wait", "longer than before");
    assert_eq!(town.provider.asked(DISCOVERY), 2);
    // It is nobody's guess: a password is tried from the same address.
    let given = json!({"name": "anna", "password": PASSWORD});
    let request = town.house.open("POST", "/v1/session").header("x-forwarded-for", "203.0.113.1");
    read(request.json(&given)).await.ok(200);
    // And once it is there, nobody waits.
    town.provider.set(|ways| ways.faults.clear());
    town.house.pass(FAILED);
    town.elsewhere();
    town.sign_in().await;
    town.address.set(1);
    town.sign_in().await;
    assert_eq!(town.provider.asked(DISCOVERY), 3);
}

#[tokio::test]
async fn a_provider_is_asked_once_whoever_waits_for_it_or_hangs_up() {
    let town = town(|settings| settings.time_limit = Duration::from_secs(2)).await;
    town.provider.set(|ways| ways.faults.extend([(DISCOVERY, Fault::Silent)]));
    let first = tokio::spawn(town.walker.get(format!("{}{START}", town.house.surface.base)).send());
    town.house.surface.until(async || (town.provider.asked(DISCOVERY) == 1).then_some(())).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let all = futures_util::future::join_all((0..8).map(|_| town.open(START, ""))).await;
    assert!(all.iter().all(|answer| ["/#signin=provider", "/#signin=wait"].contains(&led(answer))));
    assert_eq!(town.provider.asked(DISCOVERY), 1);
}

#[tokio::test]
async fn whoever_tries_again_and_again_waits() {
    let town = town(|_| {}).await;
    town.house.admin().await;
    town.provider.tamper(|_, claims| claims["nonce"] = "wrong".into());
    for _ in 0..5 {
        assert_eq!(led(&town.visit().await), "/#signin=refused");
    }
    assert_eq!(led(&town.visit().await), "/#signin=wait");
    town.house.pass(1_000);
    assert_eq!(led(&town.visit().await), "/#signin=refused");
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_way() {
    let house = house_with(None, Arc::new(AtomicI64::new(NOW))).await;
    assert!(read(house.open("GET", "/v1/session/options")).await.ok(200).get("openid").is_none());
    for (method, path) in [("GET", START), ("GET", "/v1/session/openid/return"), ("POST", "/v1/session/openid/code")] {
        assert!(
            read(house.open(method, path).json(&json!({"code": "1"}))).await.problem(404).contains("openid.issuer")
        );
    }
}
