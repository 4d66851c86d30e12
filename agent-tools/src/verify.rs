//! Who the caller is: the contact of his number, if he types its PIN.

use std::fmt::Write as _;

use call_model::{ToolFailure, ToolRequest, ToolSpec};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hmac::Hmac;
use serde_json::{Value, json};
use sha2::Sha256;
use store::{PinDigest, PinTry};
use subtle::ConstantTimeEq;

use crate::caller::{contact, failed, refused};
use crate::{House, Tool};

/// The name under which the PIN is typed.
const PIN: &str = "pin";
/// Rounds of PBKDF2. A PIN has few values: what protects it is that tries are counted, and that nobody reads the books.
const ROUNDS: u32 = 10_000;
/// The fewest and the most digits of a PIN.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=12;

/// A PIN is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has 4 to 12 digits")]
pub struct PinError;

/// A PIN as it is kept: PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2). `salt`: random, of its own.
pub fn pin_digest(pin: &str, salt: [u8; 16]) -> Result<PinDigest, PinError> {
    if !DIGITS.contains(&pin.len()) || !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PinError);
    }
    let salt = hex(&salt);
    Ok(PinDigest { digest: digest(pin, &salt), salt })
}

fn digest(pin: &str, salt: &str) -> String {
    let mut key = [0; 32];
    // Fails only for a key of no length.
    let _ = pbkdf2::pbkdf2::<Hmac<Sha256>>(pin.as_bytes(), salt.as_bytes(), ROUNDS, &mut key);
    hex(&key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares what the caller typed with the PIN of his contact. Three wrong ones in a row, and none is taken for an hour.
pub struct Verify(pub House);

impl Tool for Verify {
    fn spec(&self, _: &str) -> ToolSpec {
        ToolSpec {
            name: "verify".to_owned(),
            description: "Finds out whether the caller is who he seems to be: he types his PIN on the phone. Use it \
                          before you tell or change anything private. Never let the PIN be spoken."
                .to_owned(),
            parameters: json!({ "type": "object", "properties": {} }),
        }
    }

    fn run(&self, request: ToolRequest) -> BoxFuture<'_, Result<Value, ToolFailure>> {
        self.verify(request).boxed()
    }

    /// Every try counts, also the same one.
    fn has_effect(&self) -> bool {
        false
    }
}

impl Verify {
    async fn verify(&self, request: ToolRequest) -> Result<Value, ToolFailure> {
        let store = self.0.store();
        let Some(typed) = request.keys.get(PIN).cloned() else {
            return Err(ToolFailure::Failed { message: "no PIN was typed".to_owned() });
        };
        let contact = contact(store, &request).await?;
        let Some(contact) = contact else { return Err(refused("nobody is known under this number")) };
        let now_ms = self.0.now_ms();
        match store.try_pin(contact.id, now_ms).await.map_err(|error| failed(&error))? {
            PinTry::None => Err(refused("no PIN is kept for this number: the caller cannot be verified by it")),
            PinTry::Locked { .. } => {
                Err(refused("the PIN was wrong too often: it is not taken for an hour; offer a person instead"))
            }
            PinTry::Open { pin, left } => {
                // Some milliseconds of work, which other calls do not wait for.
                let tried = tokio::task::spawn_blocking(move || {
                    digest(&typed, &pin.salt).as_bytes().ct_eq(pin.digest.as_bytes()).into()
                });
                if tried.await.unwrap_or(false) {
                    store.pin_was_right(contact.id).await.map_err(|error| failed(&error))?;
                    return Ok(json!({ "verified": true }));
                }
                Ok(json!({ "verified": false, "tries_left": left }))
            }
        }
    }
}
