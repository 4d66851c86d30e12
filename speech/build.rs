//! Finds the voices of SVOX Pico, which lie in the sources of the crate `ttspico-sys`, so that they can be built into
//! the program. `CALLWRIGHT_PICO_VOICES` names another folder that holds them. And the built-in recogniser, a file
//! beside this one; a program that is built without it says so when it is asked to hear.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

const CRATE: &str = "ttspico-sys";
const VOICES: &str = "build/pico/lang";
const OVERRIDE: &str = "CALLWRIGHT_PICO_VOICES";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed={OVERRIDE}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../Cargo.lock");
    let folder = match env::var_os(OVERRIDE) {
        Some(folder) => PathBuf::from(folder),
        None => by_cargo(&["--offline"])
            .or_else(|_| in_registry())
            .or_else(|_| by_cargo(&[]))
            .map_err(|cause| format!("the sources of {CRATE} were not found ({cause}); set {OVERRIDE}"))?,
    };
    println!("cargo::rustc-env={OVERRIDE}={}", folder.display());
    recogniser()
}

fn recogniser() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=recogniser");
    let mut file = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("recogniser/recogniser.bin.gz");
    if !file.exists() {
        file = Path::new(&env::var("OUT_DIR")?).join("no-recogniser");
        std::fs::write(&file, [])?;
    }
    println!("cargo::rustc-env=CALLWRIGHT_RECOGNISER={}", file.display());
    Ok(())
}

/// Asks cargo where it compiles the crate from: right for registries, vendored sources and patches alike.
fn by_cargo(arguments: &[&str]) -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--filter-platform", &env::var("TARGET")?])
        .args(arguments)
        .current_dir(env::var("CARGO_MANIFEST_DIR")?)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let manifest = packages.iter().find(|package| package["name"] == CRATE).and_then(|it| it["manifest_path"].as_str());
    let manifest = Path::new(manifest.ok_or("cargo metadata does not list it")?);
    with_voices(manifest.parent().ok_or("no folder")?)
}

/// Looks where cargo unpacks what it downloads: for a machine without network that has only what one build needs.
fn in_registry() -> Result<PathBuf, Box<dyn Error>> {
    let cargo_home = match env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => Path::new(&env::var_os("HOME").ok_or("no HOME")?).join(".cargo"),
    };
    for registry in cargo_home.join("registry/src").read_dir()?.flatten() {
        for unpacked in registry.path().read_dir()?.flatten() {
            if unpacked.file_name().to_string_lossy().starts_with(CRATE) {
                return with_voices(&unpacked.path());
            }
        }
    }
    Err("not in the registry".into())
}

fn with_voices(sources: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let folder = sources.join(VOICES);
    if folder.is_dir() { Ok(folder) } else { Err(format!("{} does not exist", folder.display()).into()) }
}
