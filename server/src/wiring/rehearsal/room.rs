//! Rooms for the rehearsals of a running server.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use store::Store;

use super::super::agents::Shelves;
use super::super::demo;
use super::text::TextStage;
use crate::config::Config;
use crate::rehearsals::{Files, Rehearsals, Room, Rooms};

/// Opens rooms with the agents, flows, documents and brains that a running server has at that moment.
struct BooksRooms {
    config: Arc<Config>,
    shelves: Arc<Shelves>,
    store: Store,
}

/// The rehearsals of this server.
pub(in crate::wiring) fn open(
    config: &Arc<Config>,
    shelves: &Arc<Shelves>,
    store: &Store,
    with_demo: bool,
) -> Arc<Rehearsals> {
    let files = match &config.business.folder {
        Some(folder) => Files::Folder(folder.join("rehearsals")),
        None if with_demo => Files::Given(&demo::REHEARSALS),
        None => Files::Given(&[]),
    };
    let rooms = BooksRooms { config: config.clone(), shelves: shelves.clone(), store: store.clone() };
    Arc::new(Rehearsals::new(store.clone(), Arc::new(rooms), files, config.rehearsals.clone()))
}

impl Rooms for BooksRooms {
    fn open(&self, agent: Option<String>) -> BoxFuture<'_, Result<Room, String>> {
        Box::pin(async move {
            let brains = self.shelves.agents.brains();
            let model =
                if brains.has_models() { Some(brains.chain(None).map_err(|error| error.to_string())?) } else { None };
            let stage = TextStage::running(self.config.clone(), self.shelves.clone(), &self.store, agent).await;
            let stage = stage.map_err(|error| format!("the books: {error}"))?.with_player(model.clone());
            Ok(Room { stage: Arc::new(stage), judge: model })
        })
    }
}
