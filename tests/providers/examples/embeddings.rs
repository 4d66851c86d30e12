//! A server of embeddings without a model, to try what needs one: it prints its address and runs until it is stopped.
//!
//! ```sh
//! cargo run -p provider-doubles --example embeddings
//! callwright knowledge eval ... --embeddings http://127.0.0.1:PORT/v1 --model concepts     # or letters
//! ```
#![expect(clippy::print_stdout, reason = "the address is for whoever started it")]

use provider_doubles::EmbeddingDouble;

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let double = EmbeddingDouble::start(()).await?;
    println!("{}", double.url("/v1"));
    std::future::pending().await
}
