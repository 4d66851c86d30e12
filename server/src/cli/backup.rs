//! `callwright backup FILE`.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// Where to write the copy; the file must not exist
    file: PathBuf,
}

#[expect(clippy::print_stdout, reason = "the command line speaks to a person")]
pub(super) fn run(args: &BackupArgs, config: &Config) -> Result<(), Failure> {
    let store = crate::wiring::store_config(config);
    super::runtime()?.block_on(store::Store::backup_file(&store.path, &args.file))?;
    let recordings = config.data.join("recordings");
    println!("Wrote {}. Recordings are files under {}: copy them too.", args.file.display(), recordings.display());
    Ok(())
}
