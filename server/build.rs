//! Writes down what the console's build made (`console/dist`), for `src/console.rs` to put it into the program.
//!
//! A debug build reads those files when they are asked for: they may be built again without the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = manifest.join("..").join("console").join("dist");
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::new();
    let mut folder = "None".to_owned();
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        folder = format!("Some({:?})", dist.to_string_lossy());
    } else {
        // What is not there at all counts as changed each time. Where it cannot be made, nothing is built there either.
        if fs::create_dir_all(&dist).is_ok() {
            println!("cargo::rerun-if-changed={}", dist.display());
        }
        list(&dist, "", &mut table)?;
    }
    let text = format!(
        "pub(super) const FOLDER: Option<&str> = {folder};\n\
         pub(super) const FILES: &[(&str, &[u8])] = &[\n{table}];\n"
    );
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("console_files.rs"), text)
}

/// Every file of a folder by its path inside of it, in order, with the text that includes it.
fn list(folder: &Path, inside: &str, table: &mut String) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut entries: Vec<_> = entries.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if inside.is_empty() { name } else { format!("{inside}/{name}") };
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &path, table)?;
        } else {
            let file = entry.path();
            let _ = writeln!(table, "    ({path:?}, include_bytes!({:?})),", file.to_string_lossy());
        }
    }
    Ok(())
}
