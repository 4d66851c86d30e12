//! Rooms for the rehearsals of a running server.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use store::Store;

use super::super::agents::Shelves;
use super::super::demo;
use super::purse::Purse;
use super::text::TextStage;
use crate::config::Config;
use crate::rehearsals::{Files, NoRoom, Refusals, Rehearsals, Room, Rooms};

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
    fn open<'a>(&'a self, name: &'a str, draft: Option<String>) -> BoxFuture<'a, Result<Room, NoRoom>> {
        Box::pin(async move {
            let brains = self.shelves.agents.brains();
            let stage = TextStage::running(self.config.clone(), self.shelves.clone(), &self.store, draft).await;
            let mut stage = stage.map_err(|error| NoRoom::Failed(format!("the books: {error}")))?;
            let refusals = Refusals::default();
            let mut model = None;
            if brains.has_models() {
                let house = brains.chain(None).map_err(|error| NoRoom::Failed(error.to_string()))?;
                model = Some(house.clone());
                if let Some(costs) = brains.costs() {
                    let (purse, limit) = (Purse::new(costs.clone(), refusals.clone()), stage.day_limit(name));
                    if let Some(reason) = purse.spent(name, limit) {
                        return Err(NoRoom::Spent(reason));
                    }
                    model = Some(purse.over(house, name, limit));
                    stage = stage.with_purse(purse);
                }
            }
            Ok(Room { stage: Arc::new(stage.with_player(model.clone())), judge: model, refusals })
        })
    }
}
