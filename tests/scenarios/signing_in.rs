//! The first start prints a link; whoever opens it is the admin, and lets others in as what they are.

use callwright_tests::api::{Answer, Api};
use callwright_tests::server::Settings;
use callwright_tests::{Server, wait};
use reqwest::Method;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

/// The token of the link that a start prints.
async fn printed_token(server: &Server) -> String {
    wait::until("the link of the first start is printed", async || {
        let text = server.printed();
        let (_, rest) = text.split_once("/link#")?;
        let (token, _) = rest.split_once('\n')?;
        Some(token.trim().to_owned())
    })
    .await
}

struct Browser {
    api: Api,
    cookie: String,
    csrf: String,
}

impl Browser {
    fn of(api: Api, answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.json());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { api, cookie, csrf: answer.json()["csrf"].as_str().unwrap().to_owned() }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.api.ask(method, path, body, &[("cookie", &self.cookie), ("x-csrf-token", &self.csrf)]).await
    }
}

/// The code that an app shows now (RFC 6238), some steps of 30 s later.
fn code(secret: &str, later: u64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digit = |letter: u8| ALPHABET.iter().position(|it| *it == letter).unwrap();
    let bits = secret.bytes().fold(String::new(), |bits, letter| bits + &format!("{:05b}", digit(letter)));
    let byte = |bits: &[u8]| u8::from_str_radix(str::from_utf8(bits).unwrap(), 2).unwrap();
    let bytes: Vec<u8> = bits.as_bytes().chunks_exact(8).map(byte).collect();
    let step = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() / 30 + later;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let digest = ring::hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(digest.as_ref()[19] & 15);
    let word: [u8; 4] = digest.as_ref()[at..at + 4].try_into().unwrap();
    format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

#[tokio::test]
async fn the_first_start_makes_an_admin_who_invites_a_reviewer_who_places_no_call() {
    // A password costs less here than anywhere else: the program of the tests is slow.
    let cheap = Settings::default().set("ACCESS__PASSWORD_MEMORY_MIB", 1).set("ACCESS__PASSWORD_PASSES", 1);
    let mut server = Server::with(cheap).await;
    let first = printed_token(&server).await;
    server.restart().await;
    let token = printed_token(&server).await;
    let nobody = server.api_without_key();
    let given = |token: &str| json!({"token": token, "password": PASSWORD, "name": "anna", "display": "Anna Weber"});
    let old = nobody.ask(Method::POST, "/v1/session/link", Some(&given(&first)), &[]).await;
    assert_eq!(old.status, 401, "the next start prints another one, and this holds no more");
    let answer = nobody.ask(Method::POST, "/v1/session/link", Some(&given(&token)), &[]).await;
    let anna = Browser::of(nobody.clone(), &answer);

    // From then on she signs in with a one-time code.
    let factor = "/v1/session/second-factor";
    let secret = anna.ask(Method::POST, factor, None).await.json()["secret"].as_str().unwrap().to_owned();
    let confirmed = anna.ask(Method::PUT, factor, Some(&json!({"code": code(&secret, 0)}))).await;
    assert_eq!(confirmed.json()["recovery_codes"].as_array().unwrap().len(), 10);
    let mut signing_in = json!({"name": "anna", "password": PASSWORD});
    let needed = nobody.ask(Method::POST, "/v1/session", Some(&signing_in), &[]).await;
    assert_eq!((needed.status.as_u16(), &needed.json()["code"]), (401, &json!("second_factor_needed")));
    signing_in["code"] = code(&secret, 1).into();
    let answer = nobody.ask(Method::POST, "/v1/session", Some(&signing_in), &[]).await;
    let anna = Browser::of(nobody.clone(), &answer);

    // The link of an invitation leads to the console.
    let new = json!({"name": "ruth", "role": "reviewer"});
    let ruth = anna.ask(Method::POST, "/v1/users", Some(&new)).await.json();
    let link = anna.ask(Method::POST, &format!("/v1/users/{}/link", ruth["id"].as_str().unwrap()), None).await.json();
    let url = link["url"].as_str().unwrap();
    let (place, token) = url.split_once('#').unwrap();
    assert_eq!(place, format!("http://127.0.0.1:{}/link", server.ports.http()));
    let coming = json!({"token": token, "password": "purple garden gnome"});
    let answer = nobody.ask(Method::POST, "/v1/session/link", Some(&coming), &[]).await;
    let ruth = Browser::of(nobody.clone(), &answer);
    assert_eq!(ruth.ask(Method::GET, "/v1/calls", None).await.status, 200);
    let place = json!({"to": "anna", "say": "Hello."});
    let refused = ruth.ask(Method::POST, "/v1/calls", Some(&place)).await;
    assert_eq!(refused.status, 403, "{}", refused.json());
    assert_eq!(ruth.ask(Method::GET, "/v1/audit", None).await.status, 403);
    let told = anna.ask(Method::GET, "/v1/audit?action=call.place", None).await.json();
    assert_eq!(told["data"][0]["result"], "refused", "{told}");
    assert!(server.api().list("/v1/calls").await.is_empty());

    // The terminal of the machine lets somebody in who has lost everything; the next start prints no link.
    let mut command = server.command(&["user", "link", "anna"]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = wait::done("a link is made on the terminal", output).await.unwrap();
    let url = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let token = url.split_once("/link#").expect("a link is printed").1.to_owned();
    let given = json!({"token": token, "password": "another horse battery"});
    let answer = nobody.ask(Method::POST, "/v1/session/link", Some(&given), &[]).await;
    assert_eq!(answer.json()["user"]["second_factor"], false);
    server.restart().await;
    assert!(!server.printed().contains("/link#"));
}
